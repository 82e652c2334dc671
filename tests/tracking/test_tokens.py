"""Tokens: never two the same, and a guess dies at its check."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from storage.ids import lowest_id, time_of
from tracking import tokens

NOW = lowest_id(datetime(2026, 11, 23, 12, tzinfo=UTC))


def made(count=1, *, message_id=NOW, first=0):
    return list(tokens.make([message_id] * count, range(first, first + count)))


def test_no_two_are_the_same():
    found = made(20_000)

    assert len(set(found)) == 20_000
    assert {len(token) for token in found} == {11}


def test_the_first_and_the_last_number_have_tokens_too():
    assert tokens.month(made(first=0)[0])
    assert tokens.month(made(first=tokens.SERIALS - 1)[0])


@pytest.mark.parametrize(
    "at",
    [
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 30, 23, 59, 59, 999_000, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2027, 2, 28, 12, tzinfo=UTC),
        datetime(2090, 7, 4, 1, tzinfo=UTC),
    ],
)
def test_a_token_names_the_month_of_its_message(at):
    message_id = lowest_id(at)

    month = tokens.month(made(message_id=message_id)[0])

    assert month.low <= message_id < month.high
    assert time_of(month.low).day == time_of(month.high).day == 1
    assert timedelta(days=27) < time_of(month.high) - time_of(month.low) < timedelta(days=32)


def test_of_random_guesses_hardly_any_gets_past_the_check():
    guesses = ("".join(random.choices(tokens.DIGITS, k=11)) for _ in range(10_000))

    # One in 238,328 does.
    assert sum(tokens.month(guess) is not None for guess in guesses) < 5


def test_a_change_of_any_character_is_noticed():
    token = made()[0]

    changed = [
        token[:place] + sign + token[place + 1 :]
        for place in range(11)
        for sign in tokens.DIGITS
        if sign != token[place]
    ]

    assert sum(tokens.month(one) is not None for one in changed) <= 1


@pytest.mark.parametrize(
    "text", ["", "a", "a" * 10, "a" * 12, "ü" * 11, "../../../..", "a" * 10 + "\n"]
)
def test_what_is_no_token_is_none(text):
    assert tokens.month(text) is None


def test_a_token_of_another_key_is_foreign_unless_the_key_is_an_earlier_one(settings):
    token = made()[0]
    before = settings.SECRET_KEY

    settings.SECRET_KEY = "another key of more than thirty-two characters"
    assert tokens.month(token) is None
    settings.SECRET_KEY_FALLBACKS = [before]
    assert tokens.month(token) is not None
