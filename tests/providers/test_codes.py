"""Tables of codes: complete in words, and never harder than they may be."""

import pytest

from messaging.failures import FailureClass, FailureType
from providers import registry
from providers.codes import CAUSES, UNLISTED

MAY_BE_HARD = {
    FailureClass.USER_UNKNOWN,
    FailureClass.OPTED_OUT,
    FailureClass.DISABLED,
    FailureClass.LANDLINE,
}


def test_only_four_classes_quarantine_at_once():
    hard = {row for row in FailureClass if row.failure_type is FailureType.HARD}

    assert hard == MAY_BE_HARD
    assert UNLISTED.failure.failure_type is FailureType.SOFT


def test_every_class_has_a_cause_and_a_next_step():
    assert set(CAUSES) == set(FailureClass)


@pytest.mark.parametrize("kind", registry.PROVIDERS)
def test_every_code_is_explained_in_full(kind):
    provider = registry.get(kind)

    for code in (*provider.codes, "no such code", ""):
        assert all(str(part) for part in provider.explain(code))


def test_a_code_says_its_own_cause_where_it_has_one():
    explained = registry.get("twilio").explain("30003")

    assert str(explained.title) == "Handset out of reach"
    assert "landlines" in str(explained.cause)
    assert explained.next_step == CAUSES[FailureClass.NOT_CONNECTED][1]
