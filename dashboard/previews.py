"""What a text will be for one recipient, while it is written: phone, segments, fields, cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from dashboard import access, estimates, texts
from dashboard.estimates import Estimate
from dashboard.texts import Preview
from deliveries.models import Delivery
from deliveries.visible import Viewer
from messaging import personal
from providers.models import ProviderAccount
from sending import examples
from sending.examples import Example, Longest
from tracking import links

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_TEXT = 10_000
# How many recipients of the target are offered.
OFFERED = 20
MADE_UP, TO_LONGEST = "made_up", "longest"


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody whose phone can be shown."""

    value: str
    name: "StrOrPromise"


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody has written so far.

    recipient: a line of the target, MADE_UP or TO_LONGEST; values: those that are made up; whose:
    Shown.whose as the page has it.
    """

    content: str
    sender: str
    account_id: int | None = None
    recipient: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    whose: str = ""

    def having(self, content: str) -> "Written":
        """Return the same with another text."""
        return replace(self, content=content)


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview with everything that is known of the target.

    unknown: fields that the target does not have; empty: those that nothing stands for where a
    recipient has none.
    """

    preview: Preview
    choices: list[Choice] = field(default_factory=list)
    chosen: str = ""
    inputs: list[tuple[str, str]] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    longest: Longest | None = None
    estimate: Estimate | None = None
    editable: bool = False
    asked_for: str = ""

    @property
    def whose(self) -> str:
        """Return what tells apart the choices of recipients and the fields that are asked for."""
        return " ".join(
            [self.chosen, *(choice.value for choice in self.choices), *dict(self.inputs)]
        )


def identifier(text: str | None) -> int | None:
    """Read an id that a form carries; None for what is none."""
    given = text or ""
    readable = given.isascii() and given.isdigit() and int(given) < 1 << 63
    return int(given) if readable else None


def plain(delivery: Delivery) -> Shown:
    """Return a preview of a delivery's text that is nobody's in particular."""
    content = delivery.content
    if not delivery.is_started:
        content = links.sampled(content, delivery_id=delivery.pk, account_id=delivery.account_id)
    return Shown(texts.preview(content=content, sender=delivery.sender))


def written(request: HttpRequest) -> Written:
    """Read what was posted of a form that is being filled in."""
    given = request.POST
    return Written(
        content=texts.lines(given.get("content", "")[:LONGEST_TEXT]),
        sender=given.get("sender", "")[:64],
        account_id=identifier(given.get("account")),
        recipient=given.get("recipient", ""),
        whose=given.get("whose", ""),
        values={
            name.removeprefix("field_"): given.get(name, "")[:200]
            for name in given
            if name.startswith("field_")
        },
    )


def of(*, request: HttpRequest, delivery: Delivery | None, written: Written) -> Shown:
    """Return what the person who asks may see of what was written."""
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
    chosen, values = _chosen(written, people, longest)
    preview = texts.preview(content=personal.fill(linked, values), sender=written.sender)
    known = sorted({name for example in people for name in example.fields})
    takes = longest.measured.segments if longest else preview.measured.segments
    account_id = written.account_id
    if account_id and not ProviderAccount.objects.filter(pk=account_id).exists():
        account_id = None
    return Shown(
        preview=preview,
        choices=choices_of(people, viewer=access.viewer(request)) if names else [],
        chosen=chosen,
        inputs=[(name, written.values.get(name, "")) for name in names]
        if chosen == MADE_UP
        else [],
        known=known,
        unknown=[name for name in names if people and name not in known],
        empty=personal.without_default(written.content),
        longest=longest,
        estimate=estimates.of(delivery=delivery, account_id=account_id, segments=takes),
        editable=True,
        asked_for=written.whose,
    )


def _chosen(
    written: Written, people: list[Example], longest: Longest | None
) -> tuple[str, Mapping[str, Any]]:
    """Return whose phone is shown, and what the fields are filled with."""
    if written.recipient == TO_LONGEST and longest:
        return TO_LONGEST, longest.example.fields
    by_line = {str(example.line): example for example in people}
    if written.recipient in by_line:
        return written.recipient, by_line[written.recipient].fields
    if people and written.recipient != MADE_UP:
        return str(people[0].line), people[0].fields
    return MADE_UP, written.values


def choices_of(people: list[Example], *, viewer: Viewer) -> list[Choice]:
    """Return the recipients that are offered, without addresses for who may not see them."""
    return [Choice(str(example.line), _name(example, viewer=viewer)) for example in people]


def _name(example: Example, *, viewer: Viewer) -> str:
    said = viewer.recipient(example.reference) or viewer.address(example)
    return f"{example.line}: {said}" if said else str(example.line)
