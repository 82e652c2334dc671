"""Where everybody who was targeted ended up: two bars whose parts add up to their whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deliveries.figures import Figures
from messaging.statuses import MessageStatus

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# The picture is this wide whatever the screen; no part that counts is narrower than LEAST.
WIDTH = 1000
LEAST = 6
# Said of many messages: other languages bend these words by number.
MANY: "dict[str, StrOrPromise]" = {
    "excluded": pgettext_lazy("messages", "Excluded"),
    "delivered": pgettext_lazy("messages", "Delivered"),
    "failed": pgettext_lazy("messages", "Failed"),
    "unknown": pgettext_lazy("messages", "Unknown"),
    "cancelled": pgettext_lazy("messages", "Cancelled"),
    "accepted": pgettext_lazy("messages", "Accepted"),
    "sent": pgettext_lazy("messages", "Sent"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar: name is its colour and its id, icon its drawing."""

    name: str
    icon: str
    label: "StrOrPromise"
    count: int
    address: str
    x: int = 0
    width: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """A whole and its parts, left to right."""

    label: "StrOrPromise"
    whole: int
    parts: list[Part]


def bars(*, delivery_id: int, figures: Figures) -> list[Bar]:
    """Return the bar of those targeted, and below it that of those to be written to."""
    logs = reverse("delivery_logs", args=[delivery_id])
    exclusions = reverse("delivery_exclusions", args=[delivery_id])
    targeted = [
        Part("excluded", "excluded", MANY["excluded"], figures.excluded, exclusions),
        Part("to_send", "sent", _("To send"), figures.to_send, logs),
    ]
    ended = [
        Part(
            "delivered", "check", MANY["delivered"], figures.delivered, f"{logs}?status=delivered"
        ),
        Part("failed", "cross", MANY["failed"], figures.failed, f"{logs}?status=failed"),
        Part("unknown", "unknown", MANY["unknown"], figures.unknown, f"{logs}?status=unknown"),
        Part("progress", "clock", _("In progress"), figures.in_progress, ""),
        Part(
            "cancelled",
            "cancelled",
            MANY["cancelled"],
            figures.cancelled,
            f"{logs}?status=cancelled",
        ),
    ]
    return [
        Bar(_("Targeted"), figures.targeted, placed(targeted)),
        Bar(_("To send"), figures.to_send, placed(ended)),
    ]


def waiting(*, delivery_id: int, figures: Figures) -> list[Part]:
    """Return what "in progress" is made of."""
    logs = reverse("delivery_logs", args=[delivery_id])
    states = {
        MessageStatus.PENDING: (_("Pending"), figures.pending),
        MessageStatus.ACCEPTED: (MANY["accepted"], figures.accepted),
        MessageStatus.SENT: (MANY["sent"], figures.sent),
    }
    return [
        Part(status.api_name, "", label, count, f"{logs}?status={status.api_name}")
        for status, (label, count) in states.items()
        if count
    ]


def placed(parts: Sequence[Part]) -> list[Part]:
    """Give each part its place: in proportion, but never so narrow that it cannot be seen."""
    total = sum(part.count for part in parts)
    if not total:
        return list(parts)
    widths = [max(WIDTH * part.count // total, LEAST) if part.count else 0 for part in parts]
    # What rounding and the narrowest ones take or leave, the widest part gives or gets.
    widths[widths.index(max(widths))] += WIDTH - sum(widths)
    placed, x = [], 0
    for part, width in zip(parts, widths, strict=True):
        placed.append(
            Part(part.name, part.icon, part.label, part.count, part.address, x=x, width=width)
        )
        x += width
    return placed
