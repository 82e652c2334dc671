"""Errors in plain words: the table's, or those of whoever has qualified them."""

import pytest

from messaging.failures import FailureType, Reason
from providers import explaining
from providers.models import Qualification


def row(**fields):
    made = {
        "kind": "twilio",
        "code": "30003",
        "status": "keep",
        "failure_type": FailureType.SOFT,
        "reason": Reason.UNREACHABLE,
        "default_failure_type": FailureType.SOFT,
        "default_reason": Reason.UNREACHABLE,
    }
    return Qualification(**made | fields)


def unknown(**fields):
    undefined = {"reason": Reason.UNDEFINED, "default_reason": Reason.UNDEFINED}
    return row(**{"code": "99999", "status": "to_qualify"} | undefined | fields)


def test_a_code_is_explained_by_its_table():
    assert explaining.of_code("twilio", "30003").title == "Handset out of reach"
    assert explaining.of_code("twilio", "") is None
    assert explaining.of_code("no such kind", "30003") is None


def test_what_nobody_has_changed_is_what_the_table_says():
    assert explaining.of_qualification(row()) == explaining.of_code("twilio", "30003")


@pytest.mark.parametrize(
    ("given", "title"),
    [
        (row(text="Nobody answers"), "Nobody answers"),
        (unknown(), "A code that is not in our table"),
        (unknown(code="", first_text="No route"), "No route"),
        (unknown(kind="gone"), "A code that is not in our table"),
        (unknown(failure_type=FailureType.HARD, reason=Reason.USER_UNKNOWN), "User unknown"),
        (unknown(reason=Reason.REFUSED, text="Blocked"), "Blocked"),
        (row(failure_type=FailureType.HARD), "Handset out of reach"),
    ],
)
def test_own_words_come_first_then_the_table_then_the_reason(given, title):
    assert explaining.of_qualification(given).title == title


def test_cause_and_next_step_are_those_of_the_class_that_it_comes_to():
    said = explaining.of_qualification(
        unknown(failure_type=FailureType.HARD, reason=Reason.USER_UNKNOWN)
    )
    odd = explaining.of_qualification(row(failure_type=FailureType.HARD))

    assert said.cause == "The number does not exist, or cannot receive SMS."
    assert (odd.cause, odd.next_step) == ("", "")
