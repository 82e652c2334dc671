"""Callbacks set aside: parked until their message is known, or dead with a cause."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from deliveries import journal
from ingestion import inbox, matching
from ingestion.doorbell import doorbell
from ingestion.inbox import Entry
from ingestion.models import HeldCallback
from ingestion.reading import Heard, Unreadable
from storage import rows
from storage.ids import lowest_id

PARKED = HeldCallback.State.PARKED
DEAD = HeldCallback.State.DEAD
DISCARDED = HeldCallback.State.DISCARDED
# A registration finds what was parked before it; only what was parked while it ran is left to the
# sweeper, and no registration takes longer than this.
RACE = timedelta(minutes=15)


def supersede(entry_ids: Sequence[int]) -> None:
    """Forget that these entries were set aside: they are being applied again."""
    found = HeldCallback.objects.filter(entry_id__in=entry_ids).exclude(state=DISCARDED)
    HeldCallback.objects.filter(pk__in=_locked(found)).delete()


def _locked(found: "QuerySet[HeldCallback]") -> list[int]:
    """Lock rows in the order of their keys, as everybody does who changes several of them."""
    return list(found.order_by("id").select_for_update().values_list("id", flat=True))


def park(parked: Sequence[Heard]) -> None:
    """Set aside reports whose message is not known yet."""
    _hold(PARKED, [(item.entry, item.report.provider_message_id, "") for item in parked])


def bury(dead: Sequence[Unreadable]) -> None:
    """Set aside entries that cannot be read or applied, each with its cause."""
    _hold(DEAD, [(item.entry, "", item.cause) for item in dead])


def _hold(state: str, held: Sequence[tuple[Entry, str, str]]) -> None:
    rows.put(
        """
        INSERT INTO ingestion_heldcallback
               (state, account_id, entry_id, method, query, headers, body, received_at, proof,
                provider_id, error, attempts, decision)
        VALUES %s ON CONFLICT (entry_id, provider_id) DO NOTHING
        """,
        [
            (
                str(state),
                entry.account_id,
                entry.id,
                entry.method,
                entry.query,
                entry.headers,
                entry.body,
                entry.received_at,
                entry.proof,
                provider_id,
                cause[:500],
                entry.attempts,
            )
            for entry, provider_id, cause in held
        ],
        template="(%s, %s, %s, %s, %s, %s, %s::bytea, %s, %s, %s, %s, %s, '')",
    )


def release_for(*, account_id: int, table: str) -> int:
    """Put parked callbacks back whose provider ids stand in the `provider_id` of a table."""
    return inbox.put_back(
        f"""
        SELECT held.entry_id FROM ingestion_heldcallback held
         WHERE held.state = 'parked' AND held.account_id = %s
           AND held.provider_id IN (SELECT provider_id FROM {table})
        """,
        [account_id],
    )


def release_matched(*, at: datetime, all_ages: bool = False) -> int:
    """Put parked callbacks back whose message has become known; return how many.

    Looks at those parked within the time of a race with a registration, or at all.
    """
    return inbox.put_back(
        """
        SELECT held.entry_id FROM ingestion_heldcallback held
         WHERE held.state = 'parked' AND held.id >= %s
           AND EXISTS (SELECT 1 FROM deliveries_providerreference reference
                        WHERE reference.account_id = held.account_id
                          AND reference.provider_id = held.provider_id
                          AND reference.message_id >= %s)
        """,
        [0 if all_ages else lowest_id(at - RACE), matching.oldest_message_id(at=at)],
    )


@transaction.atomic
def retry(*, ids: Sequence[int], by: AbstractBaseUser | None, at: datetime) -> int:
    """Apply set-aside callbacks once more; return how many there were to apply."""
    found = HeldCallback.objects.filter(pk__in=ids).exclude(state=DISCARDED)
    entry_ids = sorted(set(found.values_list("entry_id", flat=True)))
    inbox.put_back("SELECT unnest(%s::bigint[])", [entry_ids])
    if entry_ids:
        text = f"{len(entry_ids)} callbacks sent through again."
        journal.write(delivery=None, code="CBK-1001", text=text, by=by, at=at)
        transaction.on_commit(doorbell.ring)
    return len(entry_ids)


@transaction.atomic
def discard(*, ids: Sequence[int], reason: str, by: AbstractBaseUser | None, at: datetime) -> int:
    """Decide that callbacks are of no use; they stay visible as discarded, with the reason."""
    found = HeldCallback.objects.filter(pk__in=ids).exclude(state=DISCARDED)
    count = HeldCallback.objects.filter(pk__in=_locked(found)).update(
        state=DISCARDED, decision=reason[:500], decided_at=at, decided_by_id=by.pk if by else None
    )
    if count:
        text = f"{count} callbacks discarded."
        journal.write(delivery=None, code="CBK-1002", text=text, by=by, at=at)
    return count
