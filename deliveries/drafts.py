"""Making a delivery, and changing it until it starts."""

import hashlib
import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from deliveries import journal
from deliveries.filters import BadFilter
from deliveries.models import Delivery
from messaging.channels import Channel
from messaging.senders import can_be_shown
from messaging.statuses import DeliveryStatus
from providers import registry

CHANGEABLE = (
    "label",
    "folder",
    "sender",
    "content",
    "contact_date",
    "account",
    "validity",
    "typology",
)
# What most message centres keep a message for at most is three days; some providers take a week.
MOST_HOURS = 168
# What is still open once messages are on their way: it changes nothing of what was sent.
ALWAYS_CHANGEABLE = ("label", "folder")
# What can change without messages that are prepared already having to be made anew.
_APART_FROM_MESSAGES = (*ALWAYS_CHANGEABLE, "contact_date", "validity")


class BadDraft(BadFilter):
    """What was given makes no delivery; `errors` names each field and the cure."""


class NotChangeable(Exception):
    """The delivery has started, so what was sent stays as it is."""


class Outdated(Exception):
    """Somebody else has changed the same delivery in the meantime: nothing is saved."""


def version(delivery: Delivery) -> str:
    """Return what tells whether a draft is still as somebody has seen it."""
    seen = [
        str(getattr(delivery, f"{name}_id" if name == "account" else name)) for name in CHANGEABLE
    ]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]


@transaction.atomic
def create(*, by: AbstractBaseUser | None, at: datetime, **fields: Any) -> Delivery:
    """Make a delivery that is being edited; fields are those of CHANGEABLE, and channel.

    The channel is that of the account unless it is named.  Raises BadDraft.
    """
    fields = {"channel": registry.channel(fields["account"].kind)} | fields
    delivery = Delivery(created_by_id=by.pk if by else None, **fields)
    _check(delivery, CHANGEABLE)
    delivery.save(force_insert=True)
    delivery.refresh_from_db()
    journal.write(delivery=delivery, code="DEL-1001", text="Delivery created.", by=by, at=at)
    return delivery


@transaction.atomic
def change(
    *,
    delivery_id: int,
    by: AbstractBaseUser | None,
    at: datetime,
    seen: str | None = None,
    **fields: Any,
) -> Delivery:
    """Change fields of a delivery.

    seen: its `version` as the person saw it, None to change it whatever it has become.  Raises
    NotChangeable for fields that are frozen, Outdated, and BadDraft.  Messages that were prepared
    of what it was have to be prepared again: a delivery that was ready is edited again.
    """
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    changed = [name for name, value in fields.items() if getattr(delivery, name) != value]
    _refuse_frozen(delivery, changed)
    if changed and seen is not None and seen != version(delivery):
        raise Outdated(
            _("Somebody else has changed this delivery in the meantime: nothing was saved.")
        )
    if not changed:
        return delivery
    for name in changed:
        setattr(delivery, name, fields[name])
    _check(delivery, changed)
    delivery.save(update_fields=[*changed, "modified_at"])
    text = f"Changed: {', '.join(changed)}."
    journal.write(delivery=delivery, code="DEL-1002", text=text, by=by, at=at)
    if set(changed) - set(_APART_FROM_MESSAGES):
        outdate(delivery, by=by, at=at)
    return delivery


def outdate(delivery: Delivery, *, by: AbstractBaseUser | None, at: datetime) -> None:
    """Take a delivery that is ready, and locked, back to being edited: its messages are stale."""
    if delivery.status != DeliveryStatus.READY:
        return
    delivery.status = DeliveryStatus.EDITING
    delivery.save(update_fields=["status", "modified_at"])
    text = "The target is to be prepared again: its messages were made of what was changed."
    journal.write(
        delivery=delivery, code="DEL-1003", text=text, by=by, at=at, level=journal.WARNING
    )


@transaction.atomic
def duplicate(*, delivery_id: int, by: AbstractBaseUser | None, at: datetime) -> Delivery:
    """Make a draft of the same content; not of the same recipients, nor for the same time."""
    model = Delivery.objects.select_related("account").get(pk=delivery_id)
    kept = {name: getattr(model, name) for name in (*CHANGEABLE, "channel")}
    copy = Delivery(created_by_id=by.pk if by else None, **kept | {"contact_date": None})
    copy.label = _named_copy(model.label)
    copy.save(force_insert=True)
    copy.refresh_from_db()
    text = f"Delivery created as a duplicate of {model.code}."
    journal.write(delivery=copy, code="DEL-1001", text=text, by=by, at=at)
    return copy


@transaction.atomic
def file(
    *, delivery_ids: Collection[int], folder: str, by: AbstractBaseUser | None, at: datetime
) -> int:
    """File deliveries in a folder, started or not; return how many there are."""
    found = sorted(Delivery.objects.filter(pk__in=delivery_ids).values_list("pk", flat=True))
    for delivery_id in found:
        change(delivery_id=delivery_id, by=by, at=at, folder=folder)
    return len(found)


def _named_copy(label: str) -> str:
    """Return the label of a copy, no longer than labels are."""
    end = _(" (copy)")
    longest = Delivery._meta.get_field("label").max_length or 0
    return label[: longest - len(end)] + end


def _refuse_frozen(delivery: Delivery, changed: Collection[str]) -> None:
    """Raise NotChangeable where a field can no longer, or not now, be changed."""
    frozen = ", ".join(name for name in changed if name not in ALWAYS_CHANGEABLE)
    if not frozen:
        return
    if delivery.is_started:
        text = _("The delivery has started: %(fields)s can no longer be changed.")
    elif delivery.status == DeliveryStatus.TARGETING:
        text = _(
            "The target is being prepared: %(fields)s can be changed once that is done or stopped."
        )
    elif delivery.status == DeliveryStatus.SCHEDULED:
        text = _("The delivery is scheduled: %(fields)s can be changed once that is taken back.")
    else:
        return
    raise NotChangeable(text % {"fields": frozen})


def _check(delivery: Delivery, names: Collection[str]) -> None:
    """Raise BadDraft where one of these fields does not fit the delivery."""
    errors = {}
    if "account" in names and registry.channel(delivery.account.kind) != delivery.channel:
        errors["account"] = _("This account sends on another channel.")
    shown = not delivery.sender or delivery.channel != Channel.SMS or can_be_shown(delivery.sender)
    if "sender" in names and not shown:
        errors["sender"] = _(
            "Phones show a number of 3 to 15 digits, or a name of up to 11 characters: letters "
            "without accents, digits, spaces and . & + _ ' ! - with at least one letter."
        )
    if errors:
        raise BadDraft(errors)
