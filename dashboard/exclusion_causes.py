"""What exclusions go back to, as links: a message, a change of an address, an earlier line."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from deliveries.models import Delivery, Exclusion, Message


class Link(NamedTuple):
    """Where a cause is shown; no address where there is nothing to lead to."""

    label: str
    url: str = ""


class Told(NamedTuple):
    """An exclusion with what it goes back to."""

    exclusion: Exclusion
    causes: Sequence[Link]


def of(delivery: Delivery, rows: Sequence[Exclusion]) -> list[Told]:
    """Return exclusions of a delivery with their causes; two queries however many there are."""
    doubles = [row for row in rows if "line" in row.cause]
    addresses = {row.address for row in doubles} - {""}
    sent = Message.objects.filter(
        delivery=delivery, pk__gte=delivery.pk, address__in=addresses
    ).values_list("address", "pk")
    # The first line of an address may itself have been left out, for another reason.
    left_out = Exclusion.objects.filter(
        delivery=delivery,
        address__in=addresses,
        line__in={int(row.cause["line"]) for row in doubles},
    )
    messages = dict(sent) if addresses else {}
    firsts = {row.line: row for row in left_out} if addresses else {}
    return [Told(row, list(_causes(row, messages, firsts))) for row in rows]


def _causes(
    row: Exclusion, messages: Mapping[str, int], firsts: Mapping[int | None, Exclusion]
) -> Iterator[Link]:
    yield from _own(row)
    if "line" not in row.cause:
        return
    line = int(row.cause["line"])
    if row.address in messages:
        yield Link(
            _("The message to line %(line)d") % {"line": line}, _message(messages[row.address])
        )
    elif line in firsts:
        first = firsts[line]
        text = _("Line %(line)d was left out, too: %(reason)s")
        yield Link(text % {"line": line, "reason": first.get_reason_display()})
        yield from _own(first)


def _own(row: Exclusion) -> Iterator[Link]:
    """Yield what the cause of an exclusion names by itself."""
    cause = row.cause
    several = cause.get("message_ids") or [cause[name] for name in ("message_id",) if name in cause]
    for number in several:
        yield Link(_("Message %(number)s") % {"number": number}, _message(number))
    if "address_id" in cause:
        story = reverse("quarantine_address", args=[cause["address_id"]])
        anchor = f"#change-{cause['change_id']}" if "change_id" in cause else ""
        yield Link(_("What happened to the address"), f"{story}{anchor}")


def _message(message_id: int | str) -> str:
    return reverse("message", args=[message_id])
