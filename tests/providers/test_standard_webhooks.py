"""Standard Webhooks: judged as its own libraries judge, by any provider that signs so."""

import json

import pytest

from providers import standard_webhooks
from providers.base import BadSignature
from tests.providers import recorded

CASES = json.loads((recorded.HERE / "signatures" / "standard_webhooks.json").read_text())
GOOD = CASES[0]
SECRET = GOOD["credentials"]["secret"].encode()
# Two minutes into the five for which the time of the good one is fresh.
AT = GOOD["now"] + 120


def is_accepted(case, *secrets, **headers):
    case = case | {"headers": case["headers"] | headers}
    try:
        standard_webhooks.check(recorded.request(case), secrets=list(secrets))
    except BadSignature:
        return False
    return True


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_a_request_is_judged_as_the_libraries_judge_it(case):
    assert is_accepted(case, case["credentials"]["secret"].encode()) == case["valid"]


def test_while_secrets_rotate_each_of_them_is_accepted():
    assert is_accepted(GOOD, b"whsec_YW5vdGhlcg==", SECRET)
    assert is_accepted(GOOD, b"not base64", SECRET)


@pytest.mark.parametrize("secret", [b"whsec_", b"whsec_?", b"whsec_YW5vdGhlcg=="])
def test_an_empty_or_other_secret_proves_nothing(secret):
    assert not is_accepted(GOOD, secret)


def test_within_five_minutes_is_fresh():
    assert is_accepted(GOOD | {"now": AT}, SECRET)


@pytest.mark.parametrize("signature", ["v1,", "v2,x", "v1", ",", "é", "v1a,x v1,", " "])
def test_whatever_is_malformed_is_refused(signature):
    assert not is_accepted(GOOD, SECRET, **{"webhook-signature": signature})
