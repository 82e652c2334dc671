"""Signed requests, most from the tests of providers' own libraries: tests/providers/signatures."""

import pytest

from providers import registry
from providers.base import BadSignature
from tests.providers import recorded

CASES = [
    pytest.param(kind, case, id=f"{kind}: {case['name']}")
    for kind in registry.PROVIDERS
    for case in recorded.signed(kind)
]


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_a_signature_is_judged_as_the_providers_library_judges_it(kind, case):
    assert _is_accepted(kind, case, case["credentials"]) == case["valid"]


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_no_request_passes_under_another_secret_or_without_one(kind, case):
    assert not _is_accepted(kind, case, case["credentials"] | dict.fromkeys(_secrets(kind), "no"))
    provider = registry.get(kind)
    # Where nothing is owed, an account without secrets takes the secret address for proof.
    assert not (provider.is_signed({}) and _is_accepted(kind, case, {}))


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_while_secrets_rotate_each_of_them_is_accepted(kind, case):
    known = {name: case["credentials"].get(name) for name in _secrets(kind)}
    rotating = {
        name: ["another", *([value] if isinstance(value, str) else value)]
        for name, value in known.items()
        if value
    }

    assert _is_accepted(kind, case, case["credentials"] | rotating) == case["valid"]


def _secrets(kind):
    return [field.name for field in registry.get(kind).credential_fields if field.secret]


def _is_accepted(kind, case, credentials):
    try:
        registry.get(kind).verify(recorded.request(case), credentials)
    except BadSignature:
        return False
    return True
