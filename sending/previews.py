"""What a text will be for one recipient, while it is written: phone, segments, fields, cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from deliveries.models import Delivery
from deliveries.visible import Viewer
from messaging import personal, texts
from messaging.texts import Preview
from providers.models import ProviderAccount
from sending import estimates, examples
from sending.beginning import NotAllowed
from sending.estimates import Estimate
from sending.examples import Example, Longest
from tracking import links

# How many recipients of the target are offered.
OFFERED = 20
MADE_UP, TO_LONGEST = "made_up", "longest"
HIGHEST_LINE = (1 << 31) - 1


class UnknownRecipient(Exception):
    """Nobody in the target is meant; `errors` says why, by the name of the field."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.errors = {"recipient": text}


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody has written so far.

    recipient: one of the lines that are offered, MADE_UP or TO_LONGEST, else the first line;
    values: those of somebody made up.
    """

    content: str
    sender: str
    account_id: int | None = None
    recipient: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """A preview with everything that is known of the target.

    people: those that are offered; chosen: a line, MADE_UP or TO_LONGEST; example: whose phone it
    is, None for somebody made up; names: the fields of the text; known: those of the target;
    unknown: fields that the target does not have; empty: those that nothing stands for where a
    recipient has none.
    """

    preview: Preview
    people: list[Example] = field(default_factory=list)
    chosen: str = ""
    example: Example | None = None
    names: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    longest: Longest | None = None
    estimate: Estimate | None = None


def plain(delivery: Delivery) -> Seen:
    """Return a preview of a delivery's text that is nobody's in particular."""
    content = delivery.content
    if not delivery.is_started:
        content = links.sampled(content, delivery_id=delivery.pk, account_id=delivery.account_id)
    return Seen(texts.preview(content=content, sender=delivery.sender))


def of_delivery(*, delivery: Delivery, recipient: str, viewer: Viewer) -> Seen:
    """Return how a delivery's text as it stands looks to a recipient.

    recipient: a line of the target, TO_LONGEST, an address for viewers who see them, or nothing for
    the first.  Once a delivery has started its text is nobody's in particular.  Raises
    UnknownRecipient and NotAllowed.
    """
    if delivery.is_started:
        if recipient:
            raise NotAllowed(
                _("The delivery has started: its text is shown as nobody's in particular.")
            )
        return plain(delivery)
    example = None
    if recipient not in ("", TO_LONGEST):
        example = _named(delivery.pk, recipient, viewer=viewer)
    written = Written(delivery.content, delivery.sender, delivery.account_id, recipient)
    return of(delivery=delivery, written=written, example=example)


def _named(delivery_id: int, recipient: str, *, viewer: Viewer) -> Example:
    example = None
    is_number = recipient.isascii() and recipient.isdigit()
    if is_number and int(recipient) <= HIGHEST_LINE:
        example = examples.at_line(delivery_id=delivery_id, line=int(recipient))
    if example is None and viewer.sees_addresses:
        example = examples.with_address(delivery_id=delivery_id, address=recipient)
    if example is None:
        raise UnknownRecipient(
            _("The target has no such line or address.")
            if viewer.sees_addresses
            else _("The target has no such line.")
        )
    return example


def of(*, delivery: Delivery | None, written: Written, example: Example | None = None) -> Seen:
    """Return how what was written looks; delivery: the one it is for, None before there is one.

    example: the recipient whose phone is shown, where that is not one of those who are offered.
    """
    names = personal.names(written.content)
    people = examples.some(delivery_id=delivery.pk, number=OFFERED) if delivery else []
    linked = links.sampled(
        written.content,
        delivery_id=delivery.pk if delivery else None,
        account_id=written.account_id,
    )
    longest = None
    if delivery and people:
        longest = examples.longest(delivery_id=delivery.pk, text=linked)
    chosen, whose = (str(example.line), example) if example else _chosen(written, people, longest)
    values: Mapping[str, Any] = whose.fields if whose else written.values
    preview = texts.preview(content=personal.fill(linked, values), sender=written.sender)
    known = sorted({name for each in people for name in each.fields})
    takes = longest.measured.segments if longest else preview.measured.segments
    account_id = written.account_id
    if account_id and not ProviderAccount.objects.filter(pk=account_id).exists():
        account_id = None
    return Seen(
        preview=preview,
        people=people,
        chosen=chosen,
        example=whose,
        names=names,
        known=known,
        unknown=[name for name in names if people and name not in known],
        empty=personal.without_default(written.content),
        longest=longest,
        estimate=estimates.of(delivery=delivery, account_id=account_id, segments=takes),
    )


def _chosen(
    written: Written, people: list[Example], longest: Longest | None
) -> tuple[str, Example | None]:
    """Return whose phone is shown."""
    if written.recipient == TO_LONGEST and longest:
        return TO_LONGEST, longest.example
    by_line = {str(example.line): example for example in people}
    if written.recipient in by_line:
        return written.recipient, by_line[written.recipient]
    if people and written.recipient != MADE_UP:
        return str(people[0].line), people[0]
    return MADE_UP, None
