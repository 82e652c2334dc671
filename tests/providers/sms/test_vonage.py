"""Vonage asks whether anybody is there, and signs in one of five ways."""

import pytest

from providers import registry
from providers.base import BadCredentials, Callback
from tests.providers.recorded import NOON, URL

VONAGE = registry.get("vonage")


@pytest.mark.parametrize(
    ("method", "url", "body", "is_probe"),
    [
        ("GET", URL, b"", True),
        ("POST", f"{URL}?", b"", True),
        ("GET", f"{URL}?messageId=1", b"", False),
        ("POST", URL, b"{}", False),
    ],
)
def test_an_empty_request_only_asks_whether_anybody_is_there(method, url, body, is_probe):
    assert VONAGE.is_probe(Callback(method, url, {}, body, NOON)) == is_probe


def test_no_other_kind_is_asked():
    assert not registry.get("twilio").is_probe(Callback("POST", URL, {}, b"", NOON))


def test_the_signature_method_must_be_one_of_vonages():
    VONAGE.check_credentials({"signature_secret": "s", "signature_method": "sha512"})
    VONAGE.check_credentials({"signature_method": ""})
    with pytest.raises(BadCredentials, match="Give md5hash, md5, sha1, sha256 or sha512"):
        VONAGE.check_credentials({"signature_method": "crc32"})
