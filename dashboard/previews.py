"""The phone beside a text that is being written: whose it is, and whose else it may be."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.http import HttpRequest

from dashboard import access, ids
from deliveries.models import Delivery
from deliveries.visible import Viewer
from messaging import texts
from messaging.texts import Preview
from sending import previews
from sending.estimates import Estimate
from sending.examples import Example, Longest
from sending.previews import MADE_UP, Written

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody whose phone can be shown."""

    value: str
    name: "StrOrPromise"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of sending.previews.Seen; asked_for: `whose` as the page has it."""

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


def plain(delivery: Delivery) -> Shown:
    """Return a preview of a delivery's text that is nobody's in particular."""
    return Shown(previews.plain(delivery).preview)


def written(request: HttpRequest) -> Written:
    """Read what was posted of a form that is being filled in."""
    given = request.POST
    return Written(
        content=texts.lines(given.get("content", "")[:LONGEST_TEXT]),
        sender=given.get("sender", "")[:64],
        account_id=ids.read(given.get("account")),
        recipient=given.get("recipient", ""),
        values={
            name.removeprefix("field_"): given.get(name, "")[:200]
            for name in given
            if name.startswith("field_")
        },
    )


def of(*, request: HttpRequest, delivery: Delivery | None, written: Written) -> Shown:
    """Return what the person who asks may see of what was written."""
    seen = previews.of(delivery=delivery, written=written)
    viewer = access.viewer(request)
    is_made_up = seen.chosen == MADE_UP
    return Shown(
        preview=seen.preview,
        choices=choices_of(seen.people, viewer=viewer) if seen.names else [],
        chosen=seen.chosen,
        inputs=[(name, written.values.get(name, "")) for name in seen.names if is_made_up],
        known=seen.known,
        unknown=seen.unknown,
        empty=seen.empty,
        longest=seen.longest,
        estimate=seen.estimate,
        editable=True,
        asked_for=request.POST.get("whose", ""),
    )


def choices_of(people: list[Example], *, viewer: Viewer) -> list[Choice]:
    """Return the recipients that are offered, without addresses for who may not see them."""
    return [Choice(str(example.line), _name(example, viewer=viewer)) for example in people]


def _name(example: Example, *, viewer: Viewer) -> str:
    said = viewer.recipient(example.reference) or viewer.address(example)
    return f"{example.line}: {said}" if said else str(example.line)
