"""What providers answered when messages were handed over, applied as if it had been called back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from deliveries import answers, record
from deliveries.answers import Answer
from ingestion import adopting, optouts, qualifying, reading, receipts
from ingestion.inbox import Entry
from ingestion.matching import Place
from ingestion.reading import Heard
from ingestion.receipts import Effect


def listen() -> None:
    """Hear what is said of answers from now on."""
    answers.answered.connect(_hear, dispatch_uid="ingestion hears answers")


def _hear(*, answers: Sequence[Answer], at: datetime, **_: Any) -> None:
    """Apply answers in the running transaction: a constant number of statements."""
    told = {answer.message_id: _told(answer, at=at) for answer in answers}
    effect = Effect()
    effect.verdicts = qualifying.verdicts(
        [item for items in told.values() for item, _place in items], at=at, lock=True
    )
    known = record.messages(ids=told, lock=True)
    _begin([answer for answer in answers if answer.was_taken and answer.message_id in known], at=at)
    effect.before = record.messages(ids=known, lock=False)
    events = record.events(message_ids=known)
    for message_id in known:
        receipts.hear(message_id, told[message_id], events[message_id], effect)
    receipts.write(effect)
    optouts.hear([], effect.reported(), at=at)


def _told(answer: Answer, *, at: datetime) -> list[tuple[Heard, Place]]:
    # No request came in: the entry is none of the inbox.
    entry = Entry(0, 0, True, answer.account_id, "", "", "", b"", at)  # noqa: FBT003 (an entry's)
    parts = len(answer.reports)
    return [
        (
            Heard(entry, report, reading.digest(report), answer.kind),
            Place(answer.message_id, part, parts, 1),
        )
        for part, report in enumerate(answer.reports, start=1)
    ]


def _begin(taken: Sequence[Answer], *, at: datetime) -> None:
    """Let locked messages be known by their ids, and have been taken now."""
    answers.begin({answer.message_id: at for answer in taken}, at=at, is_answer=True)
    adopting.name(
        [
            (answer.message_id, answer.account_id, report.provider_message_id, part)
            for answer in taken
            for part, report in enumerate(answer.reports, start=1)
            if report.provider_message_id
        ],
        parts={answer.message_id: len(answer.reports) for answer in taken},
    )
