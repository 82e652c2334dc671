"""Which message a report is about: by account and provider id, and by address among several."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from deliveries.record import Standing
from ingestion.reading import Heard
from messaging import addresses
from storage import rows
from storage.ids import lowest_id


class Place(NamedTuple):
    """What a provider id stands for: a message, and the part and attempt of it."""

    message_id: int
    part: int
    parts: int
    attempt: int


Places = dict[tuple[int, str], list[Place]]


def oldest_message_id(*, at: datetime) -> int:
    """Return the id below which a provider id is no longer looked for."""
    return lowest_id(at - timedelta(days=settings.CALLBACK_MATCH_DAYS))


def places(heard: Iterable[Heard], *, at: datetime) -> Places:
    """Look up what the provider ids of these reports stand for."""
    wanted = {(item.entry.account_id, item.report.provider_message_id) for item in heard}
    found: Places = defaultdict(list)
    if not wanted:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT reference.account_id, reference.provider_id,
                   reference.message_id, reference.part, reference.parts, reference.attempt
              FROM unnest(%s::bigint[], %s::text[]) AS wanted(account_id, provider_id)
              JOIN deliveries_providerreference reference
                ON reference.account_id = wanted.account_id
               AND reference.provider_id = wanted.provider_id
             WHERE reference.message_id >= %s
            """,
            [*rows.arrays(list(wanted)), oldest_message_id(at=at)],
        )
        for account_id, provider_id, *place in cursor.fetchall():
            found[account_id, provider_id].append(Place(*place))
    return found


def choose(
    item: Heard, candidates: Sequence[Place], messages: Mapping[int, Standing]
) -> Place | None:
    """Pick the message a report is about; None where its address is none of the candidates'.

    A provider that repeats an id without naming the address means its latest message.
    """
    candidates = [place for place in candidates if place.message_id in messages]
    if len(candidates) > 1 and item.report.address:
        address = _plain(item.report.address)
        candidates = [
            place for place in candidates if _plain(messages[place.message_id].address) == address
        ]
    return max(candidates, default=None)


def _mailbox(address: str) -> str:
    try:
        return addresses.normalise_email(address)
    except addresses.BadAddress:
        return address.casefold()


def _plain(address: str) -> str:
    """Return an address without what providers write differently: signs, a leading 00, case."""
    if "@" in address:
        return _mailbox(address)
    return "".join(filter(str.isdigit, address)).lstrip("0") or address.casefold()
