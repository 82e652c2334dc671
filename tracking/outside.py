"""Links in texts that another system sends: made before they are sent, for messages of its own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils.translation import gettext as _

from deliveries import journal
from deliveries.models import Delivery, Message
from messaging import personal
from messaging.statuses import DeliveryStatus
from storage import rows
from tracking import links, urls
from tracking.links import Addressee

MOST = 1_000
CLOSED = (DeliveryStatus.CANCELLED, DeliveryStatus.FAILED)


class NoLinks(Exception):
    """The delivery gets no links as it stands; the text says why."""


class UnknownMessage(Exception):
    """A message is none of this delivery."""


class Wanted(NamedTuple):
    """Whom a text is for; message_id: that of a registered message, None to reserve one."""

    message_id: int | None
    fields: Mapping[str, str]


class Made(NamedTuple):
    """A text with its links, each short URL by the URL it stands for."""

    message_id: int
    text: str
    links: dict[str, str]


@transaction.atomic
def make(
    *, delivery_id: int, wanted: Sequence[Wanted], by: AbstractBaseUser | None, at: datetime
) -> list[Made]:
    """Make texts and links for some recipients, in their order.

    A reserved id is given again when the message is registered, so that its clicks are known for
    its own.  Raises Delivery.DoesNotExist, NoLinks and UnknownMessage.
    """
    delivery = Delivery.objects.get(pk=delivery_id)
    if delivery.status in CLOSED or delivery.archived_at:
        raise NoLinks(_("The delivery is over: it gets no more links."))
    if not delivery.content:
        raise NoLinks(_("The delivery has no content: write it before asking for its links."))
    urls.note(delivery_id=delivery_id)
    plan = links.plan(delivery_id=delivery_id)
    _check(delivery, [one.message_id for one in wanted if one.message_id is not None])
    fresh = iter(_reserved(sum(one.message_id is None for one in wanted)))
    addressees = [
        Addressee(
            next(fresh) if one.message_id is None else one.message_id,
            {personal.name(name): value for name, value in one.fields.items()},
        )
        for one in wanted
    ]
    written = links.written(plan, addressees)
    text = f"Links made for {len(wanted)} messages of another system."
    journal.write(delivery=delivery, code="LNK-1003", text=text, by=by, at=at)
    linked = plan.linked()
    return [
        Made(addressee.message_id, one.text, {linked[key]: url for key, url in one.links.items()})
        for addressee, one in zip(addressees, written, strict=True)
    ]


def _check(delivery: Delivery, message_ids: Sequence[int]) -> None:
    found = Message.objects.filter(delivery=delivery, pk__gte=delivery.pk, pk__in=message_ids)
    missing = set(message_ids) - set(found.values_list("pk", flat=True))
    if missing:
        raise UnknownMessage(
            _("Message %(message)s is none of this delivery.") % {"message": min(missing)}
        )


def _reserved(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_id() FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def are_reserved(message_ids: Sequence[int], *, delivery_id: int) -> set[int]:
    """Return those ids that were reserved for this delivery and are no messages yet."""
    if not message_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT link.message_id
              FROM tracking_link link JOIN tracking_trackedurl url ON url.id = link.url_id
             WHERE link.message_id = ANY(%s::bigint[]) AND link.message_id BETWEEN %s AND %s
               AND url.delivery_id = %s
               AND NOT EXISTS (SELECT FROM deliveries_message message
                                WHERE message.id = link.message_id)
            """,
            [rows.array(message_ids), min(message_ids), max(message_ids), delivery_id],
        )
        return {row[0] for row in cursor.fetchall()}
