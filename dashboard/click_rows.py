"""Clicks as lists, files and the pages of messages show them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.db.models import QuerySet

from deliveries.models import Delivery, Message
from deliveries.visible import Viewer
from storage import keyset
from storage.keyset import Page
from tracking import listed
from tracking.models import Click, TrackedUrl
from tracking.reasons import Reason

ROWS = 100
ORDER = ("-at", "-id")
SUSPECTED = "suspected"
# What a list can be narrowed to: the verdicts that each choice stands for.
CHOICES: dict[str, tuple[str, ...]] = {
    "human": (Click.Verdict.HUMAN,),
    SUSPECTED: (Click.Verdict.BOT, Click.Verdict.PREVIEW),
    "bot": (Click.Verdict.BOT,),
    "preview": (Click.Verdict.PREVIEW,),
}
HEADER = (
    "at", "label", "url", "verdict", "reasons", "device", "system", "country", "message",
    "recipient", "address",
)  # fmt: skip


class ClickRow(NamedTuple):
    """A click, what speaks against a person in words, and its message (None: not known yet)."""

    click: Click
    reasons: Sequence[str]
    message: Message | None


def page(delivery: Delivery, *, verdict: str, cursor: str | None) -> Page[ClickRow]:
    """Return a page of a delivery's clicks, newest first; verdict: one of CHOICES, or all."""
    found = keyset.page(
        _of(delivery).select_related("url"),
        order=ORDER,
        cursor=cursor,
        size=ROWS,
        split=lambda rows: (
            [rows.filter(verdict=each) for each in CHOICES[verdict]] if verdict else [rows]
        ),
    )
    shown = listed.having_messages(found.rows)
    return found.having([_row(click, message) for click, message in shown])


def rows(clicks: Sequence[Click], *, message: Message) -> list[ClickRow]:
    """Return the clicks in one message with their reasons in words."""
    return [_row(click, message) for click in clicks]


def _row(click: Click, message: Message | None) -> ClickRow:
    return ClickRow(click, words(click.reasons), message)


def words(reasons: Sequence[str]) -> list[str]:
    """Return reasons as people read them; one of older rules stays as it was kept."""
    known = dict(Reason.choices)
    return [str(known.get(reason, reason)) for reason in reasons]


def _of(delivery: Delivery) -> QuerySet[Click]:
    # A click can only follow its message, so older months need not be looked at.
    return Click.objects.filter(delivery=delivery, message_id__gte=delivery.pk)


def table(delivery: Delivery, *, verdict: str, viewer: Viewer) -> Iterator[tuple[object, ...]]:
    """Yield a delivery's clicks, oldest first, as a file holds them: see HEADER."""
    urls = {
        url.pk: (viewer.text(url.label), viewer.text(url.url))
        for url in TrackedUrl.objects.filter(delivery=delivery)
    }
    verdicts = CHOICES[verdict] if verdict else Click.Verdict.values
    for line in listed.lines(delivery_id=delivery.pk, verdicts=verdicts):
        yield (
            line.at.isoformat(),
            *urls[line.url_id],
            *line[2:7],
            str(line.message_id),
            viewer.recipient(line.recipient),
            viewer.address(line),
        )
