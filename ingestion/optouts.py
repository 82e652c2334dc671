"""Opt-outs in the drain: what replies and status reports ask for reaches the addresses."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from deliveries import counters
from deliveries.counters import Figure
from deliveries.record import Event, Standing
from ingestion import endings, replies
from ingestion.models import InboundMessage
from ingestion.reading import Reply
from ingestion.replies import Kept
from messaging import normalise
from messaging.addresses import channel_of
from messaging.failures import FailureType, Reason
from messaging.statuses import MessageStatus
from providers.models import ProviderAccount
from quarantine import fingerprints, intake
from quarantine.intake import Ended
from quarantine.ledger import Name
from quarantine.words import START, STOP, Said
from storage import rows

SAYS = {InboundMessage.Action.DENYLIST: STOP, InboundMessage.Action.LIFT: START}


class Told(NamedTuple):
    """A status report that says that its recipient has opted out, and the kind of its provider."""

    event: Event
    kind: str


class Reported(NamedTuple):
    """What status reports mean to addresses: who opted out, and how messages ended."""

    told: Sequence[Told]
    ended: Sequence[Ended]
    messages: Mapping[int, Standing]


def is_opt_out(event: Event) -> bool:
    """Tell whether an event says that its recipient wants no messages."""
    # Without a status: who has an e-mail complains of it.
    return (
        event.status in (None, MessageStatus.FAILED)
        and event.failure_type == FailureType.HARD
        and event.reason == Reason.DENYLISTED
    )


def hear(
    inbound: Sequence[Reply],
    reported: Reported,
    *,
    at: datetime,
) -> None:
    """Keep replies, and let addresses stand by what they, the reports and the endings say."""
    kept = replies.keep(inbound)
    _take_in(kept, reported, withdrawn=(), at=at)


def hear_again(
    inbound: Sequence[Reply],
    reported: Reported,
    *,
    removed: Iterable[tuple[int, bytes]],
    entry_ids: Sequence[int],
    at: datetime,
) -> None:
    """Put what entries say now in the place of what was heard of them.

    removed: message and digest of events that are gone; entry_ids: those that could be read.
    """
    kept = replies.keep(inbound, anew=True)
    ids = replies.forget_stale(kept, entry_ids=entry_ids)
    withdrawn = {_key_of_event(*event) for event in removed} | _keys_of_replies(ids)
    _take_in(kept, reported, withdrawn=withdrawn, at=at)


def _take_in(
    kept: Sequence[Kept],
    reported: Reported,
    *,
    withdrawn: Iterable[bytes],
    at: datetime,
) -> None:
    said: dict[Name, list[Said]] = defaultdict(list)
    kinds = _kinds({reply.account_id for reply in kept})
    for reply in kept:
        if reply.action in SAYS:
            said[Name(channel_of(reply.address), reply.address)].append(
                _of_reply(reply, kinds[reply.account_id])
            )
    for event, kind in reported.told:
        message = reported.messages[event.message_id]
        # Of an erased message nobody knows any more who it was.
        if message.address:
            said[Name(message.channel, message.address)].append(_of_event(event, message, kind))
    opted = intake.take(
        said=said,
        withdrawn=set(withdrawn),
        ended=reported.ended,
        history=endings.history,
        at=at,
    )
    counters.add(
        {Figure(delivery, counters.OPT_OUTS, "", None): more for delivery, more in opted.items()}
    )


def _kinds(account_ids: set[int]) -> dict[int, str]:
    if not account_ids:
        return {}
    found = ProviderAccount.objects.filter(pk__in=account_ids)
    return dict(found.values_list("id", "kind"))


def _of_reply(reply: Kept, kind: str) -> Said:
    says = SAYS[InboundMessage.Action(reply.action)]
    return Said(
        key=fingerprints.of_parts(
            "reply", reply.account_id, reply.digest.hex(), says, reply.address
        ),
        says=says,
        at=reply.at,
        text=reply.text or reply.keyword,
        provider=kind,
        inbound_id=reply.id,
        message_id=reply.message_id,
        delivery_id=reply.delivery_id,
    )


def _of_event(event: Event, message: Standing, kind: str) -> Said:
    return Said(
        key=_key_of_event(event.message_id, event.digest),
        says=STOP,
        at=event.occurred_at or event.received_at,
        text=normalise.error_text(kind=kind, code=event.code, text=event.text),
        provider=kind,
        code=event.code,
        message_id=event.message_id,
        delivery_id=message.delivery_id,
    )


def _key_of_event(message_id: int, digest: bytes) -> bytes:
    return fingerprints.of_parts("report", message_id, digest.hex())


def _keys_of_replies(ids: Sequence[int]) -> set[bytes]:
    if not ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM quarantine_word WHERE inbound_id = ANY(%s::bigint[])",
            [rows.array(ids)],
        )
        return {bytes(row[0]) for row in cursor.fetchall()}
