"""Suggestions: from the same code elsewhere, from words, from the class; hard by clear words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.failures import FailureClass, FailureType, Reason
from providers.suggestions import suggest

SOFT = (FailureType.SOFT, Reason.UNDEFINED)
HARD = (FailureType.HARD, Reason.USER_UNKNOWN)


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("Unknown subscriber", FailureClass.USER_UNKNOWN),
        ("The number does not exist", FailureClass.USER_UNKNOWN),
        ("Numero inesistente", FailureClass.USER_UNKNOWN),
        ("Invalid destination", FailureClass.USER_UNKNOWN),
        ("Recipient has opted out", FailureClass.OPTED_OUT),
        ("Number deactivated", FailureClass.DISABLED),
        ("Handset memory is full", FailureClass.MEMORY_FULL),
        ("Absent subscriber", FailureClass.NOT_CONNECTED),
        ("Telefono spento", FailureClass.NOT_CONNECTED),
        ("Blocked as spam", FailureClass.REFUSED),
        ("Request timed out", FailureClass.UNREACHABLE),
        ("Invalid sender number", FailureClass.SENDER_SIDE),
        ("Insufficient credit on the account", FailureClass.SENDER_SIDE),
        ("Unknown subscriber, temporarily", FailureClass.UNREACHABLE),
    ],
)
def test_words_tell(text, failure):
    found = suggest(text=text, elsewhere=[], table=SOFT)

    assert found[:3] == (failure.failure_type, failure.reason, "words")
    assert found.words.lower() in text.lower()


def test_what_says_nothing_is_what_the_table_says():
    assert suggest(text="Error 17", elsewhere=[], table=SOFT) == (*SOFT, "table", "")


def test_the_same_code_elsewhere_comes_before_words():
    full = (FailureType.SOFT, Reason.MAILBOX_FULL)

    found = suggest(text="Blocked", elsewhere=[full, full, SOFT], table=SOFT)

    assert found == (*full, "same_code", "")


def test_what_is_hard_elsewhere_is_hard_only_if_words_say_so_too():
    assert suggest(text="Error 17", elsewhere=[HARD], table=SOFT).failure_type == FailureType.SOFT
    assert suggest(text="Unknown subscriber", elsewhere=[HARD], table=SOFT)[:3] == (
        *HARD,
        "same_code",
    )


@pytest.mark.parametrize("failure_type", [FailureType.HARD, FailureType.UNDEFINED])
def test_a_table_alone_suggests_nothing_worse_than_soft(failure_type):
    found = suggest(text="", elsewhere=[], table=(failure_type, Reason.REFUSED))

    assert found == (FailureType.SOFT, Reason.REFUSED, "table", "")


CLASSES = st.sampled_from([(one.failure_type, one.reason) for one in FailureClass])


@given(st.text(alphabet="0123456789 .:-_/|", max_size=40), st.lists(CLASSES), CLASSES)
def test_without_words_nothing_is_ever_hard(text, elsewhere, table):
    found = suggest(text=text, elsewhere=elsewhere, table=table)

    assert found.failure_type in (FailureType.SOFT, FailureType.IGNORED)
