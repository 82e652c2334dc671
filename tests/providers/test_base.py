"""What every provider inherits: the switch for signatures, headers, credentials."""

from datetime import UTC, datetime

import pytest

from providers import registry
from providers.base import BadCredentials, BadSignature, Callback, Provider

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
UNSIGNED = Callback("POST", "https://sms.example.org/", {}, b"", NOON)


@pytest.mark.parametrize("kind", registry.PROVIDERS)
def test_signature_checks_can_be_turned_off_for_any_kind(kind):
    registry.get(kind).verify(UNSIGNED, {"verify": "none"})


@pytest.mark.parametrize("kind", ["twilio", "simulator"])
@pytest.mark.parametrize("verify", ["", "None", None, False, "signature"])
def test_nothing_but_the_word_none_turns_them_off(kind, verify):
    with pytest.raises(BadSignature):
        registry.get(kind).verify(UNSIGNED, {"verify": verify})


def test_a_provider_that_forgets_its_check_lets_nothing_in():
    with pytest.raises(NotImplementedError):
        Provider().verify(UNSIGNED, {})
    with pytest.raises(NotImplementedError):
        Provider().reports(UNSIGNED, {})


@pytest.mark.parametrize("name", ["x-proof", "X-Proof", "X-PROOF"])
def test_headers_are_found_without_regard_to_case(name):
    assert Callback("POST", "", {name: "v"}, b"", NOON).header("x-proof") == "v"
    assert UNSIGNED.header("x-proof") == ""


@pytest.mark.parametrize(
    ("credentials", "errors"),
    [
        ({"auth_tokn": "x"}, {"auth_tokn": "This kind of account has no such credential."}),
        ({"auth_token": 5}, {"auth_token": "Give a text."}),
        ({"auth_token": ["a", 5]}, {"auth_token": "Give a text."}),
        ({"api": ["a"]}, {"api": "Give a text."}),
        ({"auth_token": "a\ud800"}, {"auth_token": "Give a text."}),
        ({"auth_token": ["a", "\ud800"]}, {"auth_token": "Give a text."}),
        (
            {"verify": "off"},
            {"verify": "Only “none” can be given here: it turns signature checks off."},
        ),
    ],
)
def test_credentials_that_cannot_work_are_refused_by_name(credentials, errors):
    with pytest.raises(BadCredentials) as refused:
        registry.get("twilio").check_credentials(credentials)

    assert {name: str(text) for name, text in refused.value.errors.items()} == errors


@pytest.mark.parametrize(
    "credentials",
    [{}, {"auth_token": "a"}, {"auth_token": ["a", "b"], "verify": "none", "api": "x"}],
)
def test_credentials_may_be_complete_or_still_to_come(credentials):
    registry.get("twilio").check_credentials(credentials)


@pytest.mark.parametrize("hours", ["0", "721", "0000", "07200", "0001" + "0" * 30, "1.5", "²", 5])
def test_receipts_are_waited_for_thirty_days_at_most(hours):
    with pytest.raises(BadCredentials, match="receipt_hours"):
        registry.get("twilio").check_credentials({"receipt_hours": hours})


def test_most_kinds_choose_no_credentials_of_their_own():
    assert registry.get("twilio").new_credentials() == {}
