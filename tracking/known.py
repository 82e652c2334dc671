"""What the redirect has to know of a link, looked up for many tokens at once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from messaging.channels import Channel
from storage import rows
from storage.ids import time_of
from tracking import destinations
from tracking.models import ShortDomain, TrackedUrl
from tracking.tokens import Month

_OPT_OUT = str(TrackedUrl.Mode.OPT_OUT)


class Known(NamedTuple):
    """A link; destination: empty where it leads to our own page; until: seconds since 1970."""

    message_id: int
    delivery_id: int
    url_id: int
    account_id: int
    destination: str
    sender: str
    until: float
    channel: str = Channel.SMS.value

    @property
    def is_opt_out(self) -> bool:
        """Tell whether it asks to be left alone instead of leading somewhere."""
        return not self.destination


class _Row(NamedTuple):
    """What the database tells of a link."""

    token: str
    message_id: int
    delivery_id: int
    url_id: int
    account_id: int
    destination: str
    url: str
    mode: str
    sender: str
    link_id: int
    started_at: datetime | None
    days: int | None
    channel: str


def find(wanted: Sequence[tuple[str, Month]]) -> dict[str, Known]:
    """Return the links of tokens, each looked for in its month only, with one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT wanted.token, link.message_id, url.delivery_id, link.url_id,
                   delivery.account_id, link.destination, url.url, url.mode, delivery.sender,
                   link.id, delivery.started_at, terms.days, delivery.channel
              FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS wanted(token, low, high)
             CROSS JOIN LATERAL (
                   SELECT * FROM tracking_link
                    WHERE token = wanted.token
                      AND message_id >= wanted.low AND message_id < wanted.high
                    LIMIT 1) AS link
              JOIN tracking_trackedurl url ON url.id = link.url_id
              JOIN deliveries_delivery delivery ON delivery.id = url.delivery_id
              LEFT JOIN tracking_linkterms terms ON terms.delivery_id = delivery.id
            """,
            rows.arrays([(token, month.low, month.high) for token, month in wanted]),
        )
        found = [_Row(*row) for row in cursor.fetchall()]
    return {row.token: known for row in found if (known := _known(row))}


def _known(row: _Row) -> Known | None:
    destination = row.destination
    if row.mode == _OPT_OUT:
        destination = ""
    elif not destinations.is_one(destination):
        try:
            destination = destinations.of(row.url)
        except destinations.BadUrl:
            return None
    made_at = time_of(row.link_id)
    since = max(made_at, row.started_at) if row.started_at else made_at
    days = settings.LINK_DAYS if row.days is None else row.days
    return Known(
        message_id=row.message_id,
        delivery_id=row.delivery_id,
        url_id=row.url_id,
        account_id=row.account_id,
        destination=destination,
        sender=row.sender,
        until=(since + timedelta(days=days)).timestamp(),
        channel=row.channel,
    )


def hosts() -> Mapping[str, frozenset[int]]:
    """Return the short domains, and the accounts that each belongs to."""
    found: dict[str, set[int]] = {}
    for host, account_id in ShortDomain.objects.values_list("host", "account_id"):
        found.setdefault(host, set()).add(account_id)
    return {host: frozenset(ids) for host, ids in found.items()}


def is_expired(link: Known, *, at: datetime) -> bool:
    """Tell whether a link's time is over."""
    return at.astimezone(UTC).timestamp() >= link.until
