"""Judging all clicks again by the rules of today: previewed, asked for, done in the worker.

The work lives in a row; a batch is one transaction that also moves its cursor, so whoever finds it
open goes on where the last batch was committed.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from deliveries import journal
from storage import rounds
from tracking import clicks, judging, verdicts
from tracking.clicks import Stored
from tracking.models import Rejudgement
from tracking.verdicts import Verdict

BATCH = 1_000
# What a preview looks at before it says "at least".
MOST_EXAMINED = 100_000
LONGEST_SECONDS = 5.0
SAMPLE = 20


class NotNow(Exception):
    """Clicks cannot be judged again as things stand; the text is for people."""


class Move(NamedTuple):
    """One click that is somebody else's by the rules of today."""

    click: Stored
    now: Verdict


@dataclass(slots=True)
class Preview:
    """What would move; by: how many clicks from which verdict to which.

    at_least: there are more clicks than were looked at.
    """

    examined: int = 0
    at_least: bool = False
    by: Counter[tuple[str, str]] = field(default_factory=Counter)
    sample: list[Move] = field(default_factory=list)

    @property
    def moved(self) -> int:
        """Return how many clicks would get another verdict."""
        return self.by.total()


def preview() -> Preview:
    """Tell what judging again would change; nothing is written or locked."""
    told = Preview()
    last = 0
    while told.examined < MOST_EXAMINED:
        ids = clicks.after(last, most=BATCH)
        batch = judging.work_out(ids, anew=ids)
        told.examined += batch.examined
        for click, now in batch.moves():
            told.by[click.verdict, now.verdict] += 1
            if len(told.sample) < SAMPLE:
                told.sample.append(Move(click, now))
        if len(ids) < BATCH:
            return told
        last = ids[-1]
    told.at_least = bool(clicks.after(last, most=1))
    return told


@transaction.atomic
def begin(*, by: AbstractBaseUser | None, at: datetime) -> Rejudgement:
    """Have all clicks judged again; raise NotNow where that is being done already."""
    try:
        with transaction.atomic():
            row = Rejudgement.objects.create(
                by_id=by.pk if by else None, rules=verdicts.VERSION, created_at=at
            )
    except IntegrityError as error:
        raise NotNow(
            _("All clicks are being judged again just now: wait until it ends.")
        ) from error
    text = f"All clicks are judged again, by version {row.rules} of the rules."
    journal.write(delivery=None, code="TRK-1001", text=text, by=by, at=at)
    return row


def work(*, at: datetime) -> int:
    """Judge for a few seconds, batch after batch; return how many batches."""
    return rounds.work(partial(work_batch, at=at), seconds=LONGEST_SECONDS)


@transaction.atomic
def work_batch(*, at: datetime) -> bool:
    """Judge one batch of what is open; tell whether there was one.

    Another worker's is left to it: its row is locked.
    """
    row = (
        Rejudgement.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=Rejudgement.State.OPEN)
        .first()
    )
    if row is None:
        return False
    ids = clicks.after(row.cursor, most=BATCH)
    batch = judging.judge_messages(ids, anew=ids)
    row.examined += batch.examined
    row.moved += sum(1 for _move in batch.moves())
    row.cursor = ids[-1] if ids else row.cursor
    if len(ids) < BATCH:
        _finish(row, at=at)
    row.save(update_fields=["cursor", "examined", "moved", "state", "finished_at"])
    return True


def _finish(row: Rejudgement, *, at: datetime) -> None:
    row.state = Rejudgement.State.DONE
    row.finished_at = at
    text = f"All clicks judged again: {row.moved} of {row.examined} have another verdict."
    journal.write(delivery=None, code="TRK-1002", text=text, by=row.by, at=at)
