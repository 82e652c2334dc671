"""Icons and badges: a status is told by a drawing and a word, never by its colour alone."""

from typing import NamedTuple

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.icons import ICONS
from messaging.channels import Channel
from messaging.statuses import AddressStatus, DeliveryStatus, MessageStatus, status_name
from providers.models import Qualification
from tracking.models import Click

register = template.Library()


class Mark(NamedTuple):
    """How a status looks: one of the tones of the style sheet, and a drawing."""

    tone: str
    icon: str


DELIVERY_MARKS = {
    DeliveryStatus.EDITING: Mark("quiet", "editing"),
    DeliveryStatus.TARGETING: Mark("quiet", "targeting"),
    DeliveryStatus.READY: Mark("progress", "ready"),
    DeliveryStatus.SCHEDULED: Mark("progress", "calendar"),
    DeliveryStatus.IN_PROGRESS: Mark("progress", "in_progress"),
    DeliveryStatus.PAUSED: Mark("unknown", "paused"),
    DeliveryStatus.FINISHED: Mark("delivered", "finished"),
    DeliveryStatus.CANCELLED: Mark("cancelled", "cancelled"),
    DeliveryStatus.FAILED: Mark("failed", "error"),
}
MESSAGE_MARKS = {
    MessageStatus.PENDING: Mark("quiet", "clock"),
    MessageStatus.ACCEPTED: Mark("progress", "accepted"),
    MessageStatus.SENT: Mark("progress", "sent"),
    MessageStatus.DELIVERED: Mark("delivered", "check"),
    MessageStatus.FAILED: Mark("failed", "cross"),
    MessageStatus.UNKNOWN: Mark("unknown", "unknown"),
    MessageStatus.CANCELLED: Mark("cancelled", "cancelled"),
}
CHANNEL_ICONS = {Channel.SMS: "phone", Channel.EMAIL: "mail"}
LEVEL_MARKS = {
    "info": Mark("quiet", "info"),
    "warning": Mark("unknown", "warning"),
    "error": Mark("failed", "error"),
}

INBOUND_MARKS = {
    "denylist": Mark("failed", "excluded"),
    "lift": Mark("delivered", "check"),
    "": Mark("quiet", "info"),
}
QUALIFICATION_MARKS = {
    Qualification.Status.TO_QUALIFY: Mark("unknown", "unknown"),
    Qualification.Status.KEEP: Mark("progress", "check"),
    Qualification.Status.IGNORE: Mark("quiet", "excluded"),
}

CLICK_MARKS = {
    Click.Verdict.UNJUDGED: Mark("quiet", "clock"),
    Click.Verdict.HUMAN: Mark("delivered", "user"),
    Click.Verdict.BOT: Mark("cancelled", "system"),
    Click.Verdict.PREVIEW: Mark("cancelled", "search"),
}
ADDRESS_MARKS = {
    AddressStatus.VALID: Mark("delivered", "check"),
    AddressStatus.WITH_ERRORS: Mark("unknown", "warning"),
    AddressStatus.QUARANTINE: Mark("failed", "lock"),
    AddressStatus.DENYLISTED: Mark("failed", "excluded"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon; without a label it is decoration, and screen readers pass over it."""
    if label:
        return format_html(
            '<svg class="icon" viewBox="0 0 16 16" role="img" aria-label="{}">'
            '<title>{}</title><path d="{}"/></svg>',
            label,
            label,
            ICONS[name],
        )
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>',
        ICONS[name],
    )


@register.simple_tag
def badge(tone: str, icon_name: str, label: str) -> SafeString:
    """Draw a badge: tones are quiet, progress, delivered, failed, unknown, cancelled."""
    return format_html(
        '<span class="badge badge--{}">{}<span>{}</span></span>', tone, icon(icon_name), label
    )


@register.simple_tag
def delivery_badge(status: str) -> SafeString:
    """Draw the status of a delivery."""
    known = DeliveryStatus(status)
    return badge(*DELIVERY_MARKS[known], str(known.label))


@register.simple_tag
def delivery_icon(status: str) -> SafeString:
    """Draw the icon of a delivery's status, named for screen readers."""
    known = DeliveryStatus(status)
    mark = DELIVERY_MARKS[known]
    return format_html(
        '<span class="tone tone--{}">{}</span>', mark.tone, icon(mark.icon, str(known.label))
    )


@register.simple_tag
def message_badge(status: int, channel: str) -> SafeString:
    """Draw the status of a message."""
    return badge(*MESSAGE_MARKS[MessageStatus(status)], str(status_name(status, channel)))


@register.simple_tag
def message_icon(status: int, channel: str) -> SafeString:
    """Draw the icon of a message's status, named for screen readers."""
    mark = MESSAGE_MARKS[MessageStatus(status)]
    name = str(status_name(status, channel))
    return format_html('<span class="tone tone--{}">{}</span>', mark.tone, icon(mark.icon, name))


@register.simple_tag
def message_word(status: int, channel: str) -> str:
    """Name the status of a message."""
    return str(status_name(status, channel))


@register.simple_tag
def channel_icon(channel: str) -> SafeString:
    """Draw a channel, named for screen readers."""
    known = Channel(channel)
    return format_html(
        '<span class="tone tone--quiet">{}</span>', icon(CHANNEL_ICONS[known], str(known.label))
    )


@register.simple_tag
def inbound_badge(action: str, label: str) -> SafeString:
    """Draw what an inbound message did; what should have had an effect and had none is marked."""
    return badge(*INBOUND_MARKS.get(action, Mark("unknown", "warning")), label)


@register.simple_tag
def qualification_badge(status: str) -> SafeString:
    """Draw whether somebody has looked at an error."""
    known = Qualification.Status(status)
    return badge(*QUALIFICATION_MARKS[known], str(known.label))


@register.simple_tag
def address_badge(status: str) -> SafeString:
    """Draw whether an address may be written to."""
    known = AddressStatus(status)
    return badge(*ADDRESS_MARKS[known], str(known.label))


@register.simple_tag
def click_badge(verdict: str) -> SafeString:
    """Draw who is thought to have clicked."""
    known = Click.Verdict(verdict)
    return badge(*CLICK_MARKS[known], str(known.label))


@register.simple_tag
def level_icon(level: str, label: str) -> SafeString:
    """Draw the icon of a journal line's level."""
    mark = LEVEL_MARKS[level]
    return format_html('<span class="tone tone--{}">{}</span>', mark.tone, icon(mark.icon, label))
