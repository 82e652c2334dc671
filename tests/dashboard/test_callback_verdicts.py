"""What is wrong with an account's callbacks, in one sentence."""

from collections import Counter
from datetime import timedelta

import pytest

from dashboard import callback_verdicts
from dashboard.account_cards import Trust
from dashboard.callback_verdicts import Evidence, Level
from deliveries.awaiting import Awaited
from ingestion.health import Held, Sums
from ingestion.sightings import Seen
from tests.records import NOON

HOUR = timedelta(hours=1)
LONG_AGO = Seen(NOON - 50 * HOUR, NOON - 3 * HOUR, "sent")
JUST_NOW = Seen(NOON - 50 * HOUR, NOON, "sent")
WAITING = Awaited([0, 1240, 0, 0, 0], NOON - 4 * HOUR)


def told(**known):
    counted = known.pop("counted", {})
    made = {
        "trust": Trust.SIGNED,
        "recent": Sums(Counter(counted)),
        "seen": JUST_NOW,
        "genuine": JUST_NOW,
        "awaited": Awaited(),
        "held": Held(),
    }
    verdict = callback_verdicts.of(Evidence(**made | known), at=NOON)
    return verdict.level, str(verdict.sentence)


@pytest.mark.parametrize(
    ("known", "level", "sentence"),
    [
        ({}, Level.FINE, "All is well."),
        (
            {"seen": None, "genuine": None},
            Level.QUIET,
            "Nothing has come so far, and nothing is waited for.",
        ),
        (
            {"trust": Trust.UNREADABLE},
            Level.ERROR,
            "The credentials cannot be read, so every callback is refused.",
        ),
        (
            {"trust": Trust.INCOMPLETE},
            Level.ERROR,
            "No secret is stored, so every callback is refused.",
        ),
        (
            {"counted": {"refused": 2}},
            Level.ERROR,
            (
                "All 2 callbacks of the last 24 hours were refused: their signatures are missing "
                "or wrong."
            ),
        ),
        (
            {"counted": {"refused": 1, "received": 9}},
            Level.WARNING,
            "1 callback of the last 24 hours was refused, 9 were let in.",
        ),
        (
            {"seen": LONG_AGO, "genuine": LONG_AGO, "awaited": WAITING},
            Level.WARNING,
            "Nothing for 3 hours, although 1,240 messages wait for a receipt.",
        ),
        (
            {"seen": None, "genuine": None, "awaited": WAITING},
            Level.ERROR,
            "Nothing has ever come, although 1,240 messages wait for a receipt.",
        ),
        (
            {"held": Held(dead=3)},
            Level.WARNING,
            "3 callbacks cannot be read or applied.",
        ),
        (
            {"held": Held(parked=3), "counted": {"parked": 3, "applied": 5}},
            Level.WARNING,
            "3 reports are about messages that are not registered here.",
        ),
        (
            {"trust": Trust.OFF},
            Level.WARNING,
            "Signatures are not checked: whoever knows the address can report what they like.",
        ),
    ],
)
def test_the_worst_is_said(known, level, sentence):
    assert told(**known) == (level, sentence)


@pytest.mark.parametrize(
    "known",
    [
        {"awaited": WAITING},
        {"seen": LONG_AGO, "genuine": LONG_AGO},
        {"seen": LONG_AGO, "genuine": LONG_AGO, "awaited": Awaited([9, 0, 0, 0, 0], NOON)},
        {"held": Held(parked=3), "counted": {"parked": 3, "applied": 5000}},
    ],
)
def test_what_is_usual_is_no_worry(known):
    assert told(**known)[0] is Level.FINE
