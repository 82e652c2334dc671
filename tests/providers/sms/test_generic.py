"""The kind that is configured: each credential is told what is wrong with it."""

import pytest

from providers import registry
from providers.base import BadCredentials

PATH = "Write a path like data.message.id, without blanks."
STATUS = "A status can only mean accepted, sent, delivered, failed or none: OK=delivered."
PROOF = "Give header, basic, hmac or standard_webhooks."
USE = "Say what the secret is for: header, basic, hmac or standard_webhooks."
HEADER = "Give the name of the header, such as X-Signature."
USER = "Give the user name that goes with the password."
WEBHOOK = "Give a secret of Standard Webhooks: whsec_ and base64."


@pytest.mark.parametrize(
    ("credentials", "errors"),
    [
        ({"id": "a..b"}, {"id": PATH}),
        ({"items": ".a", "time": "a b"}, {"time": PATH, "items": PATH}),
        ({"statuses": {"OK": "done"}}, {"statuses": STATUS}),
        ({"statuses": "OK=delivered, KO"}, {"statuses": STATUS}),
        ({"signature": "jwt"}, {"signature": PROOF}),
        ({"secret": "s"}, {"signature": USE}),
        ({"signature": "header"}, {"header": HEADER}),
        ({"signature": "hmac", "header": "X Signature"}, {"header": HEADER}),
        ({"signature": "basic"}, {"username": USER}),
        ({"algorithm": "md5"}, {"algorithm": "Give sha256, sha1, sha384 or sha512."}),
        ({"encoding": "base32"}, {"encoding": "Give hex or base64."}),
        ({"signature": "standard_webhooks", "secret": "whsec_"}, {"secret": WEBHOOK}),
        ({"signature": "standard_webhooks", "secret": ["whsec_YQ==", "?"]}, {"secret": WEBHOOK}),
    ],
)
def test_what_cannot_work_is_told_by_name(credentials, errors):
    with pytest.raises(BadCredentials) as refused:
        registry.get("generic").check_credentials(credentials)

    assert {name: str(text) for name, text in refused.value.errors.items()} == errors


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        {"id": "data.0.message.id", "statuses": {"OK": "delivered", "?": "none"}},
        {"signature": "header", "header": "X-Secret"},
        {"signature": "hmac", "header": "X-Sig", "algorithm": "sha1", "encoding": "base64"},
        {"signature": "basic", "username": "shop", "secret": ["a", "b"]},
        {"signature": "standard_webhooks"},
        {"signature": "standard_webhooks", "secret": ["whsec_YQ==", "Yg=="]},
    ],
)
def test_what_can_work_is_taken(credentials):
    registry.get("generic").check_credentials(credentials)
