"""What every provider tells a newcomer: its steps, a sample of what it posts, and its proof."""

import pytest
from django.utils import translation

from messaging.reports import StatusReport
from messaging.statuses import MessageStatus
from providers import registry
from providers.base import BadSignature, Callback, Provider
from tests.providers import recorded

# What an account of each kind may have; a kind that is missing has nothing of its own.
CREDENTIALS = {
    "twilio": [{"auth_token": ["new", "old"]}],
    "messagebird": [{"signing_key": "s"}],
    "plivo": [{"auth_token": "s"}],
    "vonage": [{"signature_secret": "s", "signature_method": "sha256"}],
    "sinch": [{"webhook_secret": "s"}],
    "simulator": [{"secret": "s"}],
    "amazon_ses": [{}, {"webhook_secret": "u:p"}],
    "mailersend": [{"signing_secret": ["new", "old"]}],
    "mailgun": [{"webhook_signing_key": "s"}, {"api_key": "s", "webhook_secret": ["u:p", "v:q"]}],
    "mailtrap": [{}, {"tracking_secret": "s", "webhook_secret": "u:p"}],
    "mandrill": [
        {"webhook_key": "s", "webhook_secret": "u:p"},
        {"webhook_key": "s", "webhook_url": "https://other.example/"},
    ],
    "postal": [{"webhook_key": "s", "webhook_secret": "u:p"}],
    "resend": [{}, {"signing_secret": "whsec_c2VjcmV0"}],
    "sendgrid": [{}, {"webhook_secret": "u:p"}],
    "unisender_go": [{"api_key": "s"}],
    "kaleyra": [{}, {"fields": {"id": "msgid", "status": "dlr"}}],
    "kannel": [{}, {"id_key": "key", "status_key": "dlrvalue"}],
    "generic": [
        {"signature": "header", "header": "X-Key", "secret": "s"},
        {"signature": "basic", "username": "u", "secret": "s"},
        {"signature": "hmac", "header": "X-Sig", "secret": "s", "encoding": "base64"},
        {
            "signature": "standard_webhooks",
            "secret": "whsec_c2VjcmV0",
            "id": "data.message.id",
            "status": "data.state",
            "items": "events",
            "statuses": "OK=delivered,NO=failed",
        },
        {"signature": "hmac", "header": "X-Sig", "secret": "s", "items": "a.b"},
    ],
}
BASIC = [{"username": "u", "password": ["new", "old"]}]
CASES = [
    (kind, credentials)
    for kind in registry.PROVIDERS
    for credentials in CREDENTIALS.get(
        kind,
        BASIC if "password" in {f.name for f in registry.get(kind).credential_fields} else [{}],
    )
]
ONLY_THEIRS = ("telnyx", "aws", "postal")


def posted(provider, credentials):
    """What the provider would post."""
    sample = provider.example(credentials)
    headers = {"Content-Type": sample.content_type} if sample.body else {}
    url = f"{recorded.URL}?{sample.query}" if sample.query else recorded.URL
    method = "POST" if sample.body else "GET"
    return Callback(method, url, headers, sample.body.encode(), recorded.NOON)


@pytest.mark.parametrize(("kind", "credentials"), CASES)
def test_the_sample_of_every_kind_is_read_as_one_delivered_message(kind, credentials):
    provider = registry.get(kind)
    callback = posted(provider, credentials)

    [report] = provider.reports(callback, credentials)

    assert callback.method in provider.methods
    assert isinstance(report, StatusReport)
    assert report.status is MessageStatus.DELIVERED


@pytest.mark.parametrize(("kind", "credentials"), CASES)
def test_what_we_sign_is_proven_as_the_provider_s_own(kind, credentials):
    provider = registry.get(kind)
    callback = posted(provider, credentials)

    headers = provider.sign(callback, credentials)

    if kind in ONLY_THEIRS:
        assert headers is None
        return
    callback.headers = {**callback.headers, **headers}
    provider.verify(callback, credentials)


def test_a_token_covers_the_body_where_there_is_one():
    provider = registry.get("messagebird")
    callback = Callback("POST", recorded.URL, {}, b"{}", recorded.NOON)

    callback.headers = provider.sign(callback, {"signing_key": "s"})

    provider.verify(callback, {"signing_key": "s"})


@pytest.mark.parametrize("kind", [k for k in registry.PROVIDERS if k not in ONLY_THEIRS])
def test_without_a_secret_nothing_is_signed(kind):
    provider = registry.get(kind)
    if not provider.is_signed({}):
        return

    with pytest.raises(BadSignature):
        provider.sign(posted(provider, {}), {})


def test_a_secret_that_is_none_of_standard_webhooks_signs_nothing():
    provider = registry.get("generic")
    credentials = {"signature": "standard_webhooks", "secret": "!"}

    with pytest.raises(BadSignature, match="whsec_"):
        provider.sign(posted(provider, credentials), credentials)


@pytest.mark.parametrize("kind", registry.PROVIDERS)
def test_every_kind_has_its_own_steps_in_both_languages(kind):
    provider = registry.get(kind)

    english = [str(step) for step in provider.steps]
    with translation.override("it"):
        italian = [str(step) for step in provider.steps]

    assert 2 <= len(english) <= 5
    assert "steps" in vars(type(provider))
    assert all(step.endswith((".", "…")) or "&to=%P" in step for step in english)
    assert not set(english) & set(italian)


@pytest.mark.parametrize("kind", registry.PROVIDERS)
def test_every_kind_says_how_long_its_receipts_can_take(kind):
    assert "receipt_limit" in vars(type(registry.get(kind)))


def test_a_kind_without_a_signer_of_its_own_signs_nothing():
    assert Provider().sign(Callback("POST", "/", {}, b"", recorded.NOON), {}) is None
