"""The text of an SMPP receipt, beyond what the recorded ones show."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.failures import FailureClass
from messaging.statuses import MessageStatus
from providers import receipts
from providers.receipts import Receipt

WORDS = (
    "ENROUTE",
    "DELIVRD",
    "EXPIRED",
    "DELETED",
    "UNDELIV",
    "ACCEPTD",
    "UNKNOWN",
    "REJECTD",
)


@given(st.text())
def test_any_text_can_be_read(text):
    assert all("\0" not in field for field in receipts.read(text))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_nothing_that_a_message_says_changes_its_receipt(message):
    head = "id:7 sub:001 dlvrd:001 submit date:2405011200 done date:2405011205 stat:DELIVRD err:000"

    assert receipts.read(f"{head} text:{message}") == Receipt("7", "DELIVRD", "000", "2405011205")


def test_an_empty_field_does_not_take_the_next_one():
    assert receipts.read("id: sub:001 stat: err:") == Receipt("", "", "", "")
    assert receipts.read("id:12:34 stat: EXPIRED err: ") == Receipt("12:34", "EXPIRED", "", "")


@pytest.mark.parametrize("separator", [" ", "\n", ",", ";", "|", ", "])
def test_fields_may_be_separated_in_other_ways(separator):
    text = separator.join(["id:7", "sub:001", "done date:2405011205", "stat:DELIVRD", "err:000"])

    assert receipts.read(text) == Receipt("7", "DELIVRD", "000", "2405011205")


@given(st.text(max_size=16) | st.from_regex(r"\A[0-9]{8,15}\Z"))
def test_a_date_is_read_or_is_none(digits):
    moment = receipts.occurred_at(digits, zone=UTC)

    assert moment is None or 1970 <= moment.year < 2200


@pytest.mark.parametrize(
    ("digits", "moment"),
    [
        ("2405011205", datetime(2024, 5, 1, 12, 5, tzinfo=UTC)),
        ("240501120507", datetime(2024, 5, 1, 12, 5, 7, tzinfo=UTC)),
        ("201506201641", datetime(2015, 6, 20, 16, 41, tzinfo=UTC)),
        ("20240501120507", datetime(2024, 5, 1, 12, 5, 7, tzinfo=UTC)),
        ("00010101000000", None),
        ("99991231235959", None),
        ("0000000000", None),
        ("24050112", None),
        ("٢٤٠٥٠١١٢٠٥", None),
    ],
)
def test_dates_have_three_lengths(digits, moment):
    assert receipts.occurred_at(digits, zone=UTC) == moment


def test_the_zone_is_the_accounts():
    assert receipts.zone_of({"timezone": "Europe/Rome"}) == ZoneInfo("Europe/Rome")
    assert receipts.zone_of({}) is UTC
    assert receipts.zone_of({"timezone": "Nowhere"}) is UTC


@pytest.mark.parametrize("number", range(1, 9))
def test_the_numbers_of_message_state_say_what_the_words_say(number):
    assert receipts.state(str(number)) == receipts.state(WORDS[number - 1])


def test_a_word_in_another_case_is_the_same_and_an_unknown_one_moves_nothing():
    assert receipts.state("rejectd") == (MessageStatus.FAILED, FailureClass.REFUSED)
    assert receipts.state("9") == receipts.state("") == (None, None)
