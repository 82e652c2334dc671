"""Callbacks that we post to ourselves to see whether the way is free: told apart at every step.

A trial carries a ticket under our own secret key.  What it says is read, and is about no message.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.core import signing
from django.db import connection

from ingestion.models import Trial
from ingestion.reading import Tried
from providers.base import Callback
from storage import rows

HEADER = "X-Smsmonitor-Trial"
SALT = "trial"
VALID_SECONDS = 60
REFUSED = 400


class Ticket(NamedTuple):
    """Which trial a callback is; signed: whether it has to carry its provider's proof too."""

    trial_id: int
    signed: bool


def begin(*, account_id: int, signed: bool, at: datetime) -> Trial:
    """Make a trial; those before it are forgotten."""
    Trial.objects.filter(account_id=account_id).delete()
    return Trial.objects.create(account_id=account_id, signed=signed, created_at=at)


def latest(*, account_id: int) -> Trial | None:
    """Return the trial of an account, None where there was none."""
    return Trial.objects.filter(account_id=account_id).order_by("-id").first()


def header(trial: Trial) -> dict[str, str]:
    """Return the header that makes a request a trial, for a minute, at one account's address."""
    said = [trial.account_id, trial.pk, trial.signed]
    return {HEADER: signing.dumps(said, salt=SALT)}


def ticket(callback: Callback, *, account_id: int) -> Ticket | None:
    """Return the ticket of a callback; None where it is no trial of ours, or of another account."""
    # Asked of every callback: one look-up.
    written = callback.headers.get(HEADER)
    if written is None:
        return None
    try:
        account, trial_id, signed = signing.loads(written, salt=SALT, max_age=VALID_SECONDS)
    except signing.BadSignature:
        return None
    return Ticket(trial_id, signed) if account == account_id else None


def answered(trial: Trial, answer: tuple[int, str] | None) -> Trial:
    """Write down what the door said, which a worker may have overtaken; return the trial."""
    status, text = answer or (None, "")
    reason = text[:200] if status is not None and status >= REFUSED else ""
    Trial.objects.filter(pk=trial.pk).update(status=status, reason=reason, answered=True)
    trial.refresh_from_db()
    return trial


def note(tried: Sequence[Tried], *, at: datetime) -> None:
    """Write down how far these have come, in one statement."""
    if not tried:
        return
    found = [(_trial_id(item), item.found, item.error[:500]) for item in tried]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ingestion_trial trial SET applied_at = %s, found = new.found, error = new.error"
            " FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS new(id, found, error)"
            " WHERE trial.id = new.id",
            [at, *rows.arrays(found)],
        )


def _trial_id(item: Tried) -> int:
    """Return the number of a trial, whose ticket the door has read before it was stored."""
    said = signing.loads(json.loads(item.entry.headers)[HEADER], salt=SALT)
    trial_id: int = said[1]
    return trial_id
