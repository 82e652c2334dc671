"""Whether addresses are denylisted, since when, and by whom."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from messaging.channels import Channel
from messaging.statuses import AddressStatus
from quarantine import fingerprints
from quarantine.models import Address


class Denied(NamedTuple):
    """What is known of a denylisted address; by_word: its holder asked for it."""

    address_id: int
    since: datetime
    text: str
    by_word: bool


def denied(addresses: Collection[str]) -> dict[str, Denied]:
    """Return those of these numbers that are denylisted, with one query at most."""
    marks = {fingerprints.of(address): address for address in addresses if address}
    if not marks:
        return {}
    listed = Address.objects.filter(
        Q(address__in=list(marks.values())) | Q(fingerprint__in=list(marks)),
        channel=Channel.SMS,
        status=AddressStatus.DENYLISTED,
    )
    found = {}
    for row in listed:
        spelling = row.address or marks[bytes(row.fingerprint or b"")]
        since = row.first_error_at or row.created_at
        found[spelling] = Denied(row.pk, since, row.error_text, row.by_word)
    return found


def listed(channel: str, address: str) -> Address | None:
    """Return an address that is not simply valid; None for an erased one too."""
    if not address:
        return None
    found = Address.objects.filter(channel=channel, address=address)
    return found.exclude(status=AddressStatus.VALID).first()
