"""Proposals to release quarantined addresses: somebody who clicks in a message has received it.

A person decides; nothing is released by a click alone.  What is proposed is a function of the
address's record and of the clicks in messages to it, whatever became known first.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from deliveries import journal, quarantining
from deliveries.record import Standing
from messaging.statuses import AddressStatus
from quarantine import folding
from quarantine.models import Address
from storage import rounds, rows
from tracking.models import ReleaseProposal

State = ReleaseProposal.State
BATCH = 500
# What the story of an address says.
CLICKED = gettext_noop("A person has clicked in a message to it.")
LONGEST_SECONDS = 10.0
# An address came into quarantine by its last error, or by the last person who put it there.  What
# was declined stays so; what was accepted is proposed again by a later click.
_FOLLOW = """
    WITH due AS (
        SELECT address.id AS address_id, message.id AS message_id, max(click.at) AS clicked_at
          FROM quarantine_address address
          JOIN deliveries_message message
            ON message.address = address.address AND message.channel = address.channel
          JOIN tracking_click click ON click.message_id = message.id AND click.verdict = 'human'
         WHERE address.id = ANY(%(ids)s::bigint[])
           AND address.status = 'quarantine' AND address.address <> ''
         GROUP BY address.id, message.id
        HAVING max(click.at) > greatest(
               address.last_error_at,
               (SELECT max(at) FROM quarantine_fact
                 WHERE address_id = address.id AND says = 4))
    ), gone AS (
        DELETE FROM tracking_releaseproposal proposal
         WHERE address_id = ANY(%(ids)s::bigint[]) AND state = 'open'
           AND NOT EXISTS (SELECT FROM due WHERE due.address_id = proposal.address_id
                                             AND due.message_id = proposal.message_id)
    )
    INSERT INTO tracking_releaseproposal AS proposal (address_id, message_id, clicked_at, state)
    SELECT address_id, message_id, clicked_at, 'open' FROM due
        ON CONFLICT (address_id, message_id) DO UPDATE
       SET clicked_at = excluded.clicked_at, state = 'open', decided_at = NULL, decided_by_id = NULL
     WHERE proposal.state = 'open'
        OR (proposal.state = 'accepted' AND excluded.clicked_at > proposal.decided_at)
"""


class Decided(Exception):
    """Somebody has decided already, or the address is no longer quarantined; fit for people."""


def listen() -> None:
    """Hear what changes in quarantine from now on."""
    folding.quarantine_changed.connect(_hear, dispatch_uid="tracking hears of quarantine")


def _hear(*, address_ids: Sequence[int], **_: object) -> None:
    rows.insert("tracking_addresstopropose", ("address_id",), [(each,) for each in address_ids])


def ask(messages: Mapping[int, Standing]) -> None:
    """Note the addresses in quarantine of messages whose clicks by people have changed."""
    names = {(message.channel, message.address) for message in messages.values() if message.address}
    if not names:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tracking_addresstopropose (address_id)
            SELECT address.id
              FROM unnest(%s::text[], %s::text[]) AS clicked(channel, address)
              JOIN quarantine_address address USING (channel, address)
             WHERE address.status = %s
            """,
            [*rows.arrays(list(names)), AddressStatus.QUARANTINE.value],
        )


def follow() -> int:
    """Let proposals follow what was noted, batch after batch; return how many addresses."""
    return rounds.work(follow_batch, seconds=LONGEST_SECONDS)


@transaction.atomic
def follow_batch() -> int:
    """Make the proposals of some addresses what their records and clicks come to.

    Whoever changes either notes that in its own transaction, so that the last one to look sees
    both, whichever came first.
    """
    claimed = rows.claim("tracking_addresstopropose", "address_id", most=BATCH)
    if claimed:
        # Another worker may look at the same ones: one after the other.
        list(Address.objects.select_for_update().filter(pk__in=claimed).order_by("pk"))
        with connection.cursor() as cursor:
            cursor.execute(_FOLLOW, {"ids": rows.array(claimed)})
    return len(claimed)


def to_decide() -> QuerySet[ReleaseProposal]:
    """Return what is proposed of addresses that are still quarantined."""
    return ReleaseProposal.objects.filter(
        state=State.OPEN, address__status=AddressStatus.QUARANTINE
    ).select_related("address")


@transaction.atomic
def accept(*, proposal_id: int, by: AbstractBaseUser, at: datetime) -> ReleaseProposal:
    """Release the address; raise Decided, or ReleaseProposal.DoesNotExist."""
    found = _decide(proposal_id, State.ACCEPTED, by=by, at=at)
    quarantining.decide(
        address_id=found.address_id,
        status=AddressStatus.VALID,
        text=CLICKED,
        by=by,
        at=at,
    )
    # Whatever else proposed the same is decided with it.
    ReleaseProposal.objects.filter(address_id=found.address_id, state=State.OPEN).update(
        state=State.ACCEPTED, decided_by_id=by.pk, decided_at=at
    )
    return found


@transaction.atomic
def decline(*, proposal_id: int, by: AbstractBaseUser, at: datetime) -> ReleaseProposal:
    """Leave the address in quarantine; raise Decided, or ReleaseProposal.DoesNotExist."""
    found = _decide(proposal_id, State.DECLINED, by=by, at=at)
    text = f"Release of an address declined that message {found.message_id} had proposed."
    journal.write(delivery=None, code="TRK-1003", text=text, by=by, at=at)
    return found


def _decide(proposal_id: int, state: str, *, by: AbstractBaseUser, at: datetime) -> ReleaseProposal:
    chosen = ReleaseProposal.objects.filter(pk=proposal_id)
    # The address before its proposals, as the worker locks them.
    list(Address.objects.select_for_update().filter(pk__in=chosen.values("address_id")))
    found = chosen.select_for_update(of=("self",)).get()
    if found.state != State.OPEN:
        raise Decided(_("Somebody has decided this already."))
    if found.address.status != AddressStatus.QUARANTINE:
        raise Decided(_("The address is no longer quarantined."))
    found.state, found.decided_by_id, found.decided_at = state, by.pk, at
    found.save(update_fields=["state", "decided_by", "decided_at"])
    return found
