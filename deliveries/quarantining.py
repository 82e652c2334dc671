"""What people decide about addresses and rules, done and told in the journal.

The journal is never erased, so it names an address by its keyed hash only.
"""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from deliveries import journal
from messaging import addresses
from messaging.failures import Reason
from messaging.statuses import AddressStatus
from quarantine import acts, fingerprints, rulebook
from quarantine.ledger import Name
from quarantine.models import Address
from quarantine.rulebook import Wanted

_DONE = {
    AddressStatus.VALID: ("QRN-1001", "released"),
    AddressStatus.QUARANTINE: ("QRN-1002", "quarantined"),
    AddressStatus.DENYLISTED: ("QRN-1003", "denylisted"),
}


@transaction.atomic
def add(
    *,
    name: Name,
    status: str,
    text: str,
    by: AbstractBaseUser | None,
    at: datetime,
    reason: int = int(Reason.UNDEFINED),
) -> Address:
    """Put an address, known or not, in quarantine or on the denylist by hand.

    name: in its one spelling.  Raises quarantine.acts.NotNow.
    """
    address_id = acts.add(name=name, status=status, text=text, reason=reason, by=by, at=at)
    row = Address.objects.get(pk=address_id)
    _tell(row, status, text, by=by, at=at)
    return row


@transaction.atomic
def decide(
    *,
    address_id: int,
    status: str,
    text: str,
    by: AbstractBaseUser | None,
    at: datetime,
    reason: int = int(Reason.UNDEFINED),
) -> Address:
    """Release (valid), quarantine or denylist a known address by hand.

    Raises quarantine.acts.NotNow and Address.DoesNotExist.
    """
    Address.objects.get(pk=address_id)
    acts.decide(address_ids=[address_id], status=status, text=text, reason=reason, by=by, at=at)
    row = Address.objects.get(pk=address_id)
    _tell(row, status, text, by=by, at=at)
    return row


@transaction.atomic
def replace_rules(
    wanted: Sequence[Wanted], *, by: AbstractBaseUser | None, at: datetime
) -> list[str]:
    """Put these rules in the place of those in force; raises quarantine.rulebook.BadRules."""
    return _told(rulebook.replace(wanted, by=by, at=at), by=by, at=at)


@transaction.atomic
def change_rule(wanted: Wanted, *, by: AbstractBaseUser | None, at: datetime) -> list[str]:
    """Add a rule, or change the one about the same; raises quarantine.rulebook.BadRules."""
    return _told(rulebook.change(wanted, by=by, at=at), by=by, at=at)


@transaction.atomic
def remove_rule(*, rule_id: int, by: AbstractBaseUser | None, at: datetime) -> list[str]:
    """End a rule, so that a more general one decides."""
    return _told(rulebook.remove(rule_id=rule_id, by=by, at=at), by=by, at=at)


def _tell(
    row: Address, status: str, text: str, *, by: AbstractBaseUser | None, at: datetime
) -> None:
    mark = bytes(row.fingerprint) if row.fingerprint else fingerprints.of(row.address)
    code, done = _DONE[AddressStatus(status)]
    why = addresses.redact_all(addresses.redact(text.strip(), row.address))
    said = f"Address {mark.hex()[:16]} ({row.channel}) {done} by hand: {why}"
    journal.write(delivery=None, code=code, text=said, by=by, at=at)


def _told(changes: list[str], *, by: AbstractBaseUser | None, at: datetime) -> list[str]:
    for change in changes:
        text = f"Quarantine rule {change}."
        journal.write(delivery=None, code="QRN-1010", text=text, by=by, at=at)
    return changes
