"""Addresses that are written to although they are in quarantine."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from deliveries import journal
from messaging import addresses
from quarantine import fingerprints
from sending.models import AllowedAddress
from storage import keyset
from storage.keyset import Page

LONGEST_REASON = 500


class AllowedAlready(Exception):
    """The address is on the list already; the text says so."""


def page(*, cursor: str | None, size: int) -> Page[AllowedAddress]:
    """Return the addresses on the list, newest first."""
    found = AllowedAddress.objects.select_related("made_by")
    return keyset.page(found, order=("-id",), cursor=cursor, size=size)


@transaction.atomic
def allow(
    *, address: str, reason: str, by: AbstractBaseUser | None, at: datetime
) -> AllowedAddress:
    """Put an address on the list; raise messaging.addresses.BadAddress or AllowedAlready."""
    channel, address = _spelled(address)
    row, is_new = AllowedAddress.objects.get_or_create(
        channel=channel,
        address=address,
        defaults={
            "text": reason[:LONGEST_REASON],
            "made_at": at,
            "made_by_id": by.pk if by else None,
        },
    )
    if not is_new:
        raise AllowedAlready(_("The address is on the list already."))
    _note(row, "allowed although in quarantine", reason, by=by, at=at)
    return row


@transaction.atomic
def withdraw(
    *, allowed_id: int, by: AbstractBaseUser | None, at: datetime, reason: str = ""
) -> None:
    """Take an address off the list; raise AllowedAddress.DoesNotExist."""
    row = AllowedAddress.objects.select_for_update().get(pk=allowed_id)
    _note(row, "no longer allowed", reason, by=by, at=at)
    row.delete()


def is_allowed(*, channel: str, address: str) -> bool:
    """Tell whether an address, in its one spelling, is on the list."""
    return AllowedAddress.objects.filter(channel=channel, address=address).exists()


def find(address: str) -> AllowedAddress | None:
    """Return an address as it stands on the list, however it is written; raise BadAddress."""
    channel, address = _spelled(address)
    return AllowedAddress.objects.filter(channel=channel, address=address).first()


def _spelled(address: str) -> tuple[str, str]:
    channel = addresses.channel_of(address)
    return channel, addresses.normalise(channel, address)


def _note(
    row: AllowedAddress, done: str, reason: str, *, by: AbstractBaseUser | None, at: datetime
) -> None:
    """Write it into the journal of the system, which holds no address."""
    mark = fingerprints.of(row.address).hex()[:16]
    why = addresses.redact_all(reason) or "no reason"
    text = f"Address {mark} ({row.channel}) {done}: {why}."
    journal.write(delivery=None, code="TYP-1003", text=text, by=by, at=at)
