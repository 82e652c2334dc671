"""What can be done with a delivery, as buttons of its window."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import template
from django.utils.translation import gettext as _

from deliveries.models import Delivery
from sending import doubts, launch
from sending.launch import Act

register = template.Library()
RIGHT = "deliveries.launch_delivery"


class Button(NamedTuple):
    """One act: the name of its address, its drawing and its word."""

    url_name: str
    icon: str
    label: str


def buttons() -> dict[Act, Button]:
    """Return how each act looks."""
    return {
        Act.START: Button("delivery_start", "next", _("Start")),
        Act.PAUSE: Button("delivery_pause", "paused", _("Pause")),
        Act.RESUME: Button("delivery_resume", "next", _("Resume")),
        Act.CANCEL: Button("delivery_cancel", "cancelled", _("Stop")),
    }


@register.inclusion_tag("dashboard/delivery/acts.html", takes_context=True)
def acts(context: dict[str, Any], delivery: Delivery) -> dict[str, Any]:
    """Show what this person can do with a delivery now."""
    request = context["request"]
    if not request.user.has_perm(RIGHT):
        return {"acts": []}
    drawn = buttons()
    return {
        "delivery": delivery,
        "acts": [drawn[act] for act in launch.possible(delivery)],
        "in_doubt": doubts.are_there(delivery_id=delivery.pk),
    }


@register.inclusion_tag("dashboard/list_acts.html")
def list_acts() -> dict[str, Any]:
    """Show the acts on the rows of a list that are ticked, or on the one that is selected."""
    return {"acts": [(act.value, drawn) for act, drawn in buttons().items()]}


@register.filter
def acts_of(delivery: Delivery, possible: Mapping[int, Sequence[Act]]) -> str:
    """Return the names of what can be done with a delivery, out of what can with those shown."""
    return " ".join(possible[delivery.pk])
