"""Making a delivery, and changing it until it starts."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from deliveries import journal
from deliveries.models import Delivery

CHANGEABLE = ("label", "folder", "sender", "content", "contact_date", "account", "validity")
# What is still open once messages are on their way: it changes nothing of what was sent.
ALWAYS_CHANGEABLE = ("label", "folder")


class NotChangeable(Exception):
    """The delivery has started, so what was sent stays as it is."""


@transaction.atomic
def create(*, by: AbstractBaseUser | None, at: datetime, **fields: Any) -> Delivery:
    """Make a delivery that is being edited; fields are those of CHANGEABLE, and channel."""
    delivery = Delivery(created_by_id=by.pk if by else None, **fields)
    delivery.save(force_insert=True)
    delivery.refresh_from_db()
    journal.write(delivery=delivery, code="DEL-1001", text="Delivery created.", by=by, at=at)
    return delivery


@transaction.atomic
def change(
    *, delivery_id: int, by: AbstractBaseUser | None, at: datetime, **fields: Any
) -> Delivery:
    """Change fields of a delivery; raise NotChangeable for those that are frozen by its start."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    changed = [name for name, value in fields.items() if getattr(delivery, name) != value]
    frozen = [name for name in changed if name not in ALWAYS_CHANGEABLE]
    if frozen and delivery.is_started:
        raise NotChangeable(
            _("The delivery has started: %(fields)s can no longer be changed.")
            % {"fields": ", ".join(frozen)}
        )
    if not changed:
        return delivery
    for name in changed:
        setattr(delivery, name, fields[name])
    delivery.save(update_fields=[*changed, "modified_at"])
    text = f"Changed: {', '.join(changed)}."
    journal.write(delivery=delivery, code="DEL-1002", text=text, by=by, at=at)
    return delivery
