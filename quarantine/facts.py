"""What the facts about an address come to: pure, and the same whatever order they became known in.

Facts are taken in the order of their times, those of the same time in the order of their keys.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from messaging.failures import Reason
from messaging.statuses import AddressStatus
from quarantine import rules
from quarantine.models import Fact as Row
from quarantine.places import Place
from quarantine.rules import Ruling
from quarantine.standing import Record

VALID, WITH_ERRORS = str(AddressStatus.VALID), str(AddressStatus.WITH_ERRORS)
QUARANTINE, DENYLISTED = str(AddressStatus.QUARANTINE), str(AddressStatus.DENYLISTED)
Says = Row.Says
CLEAN = Record()
# What a person decides comes after what messages did at the same time.
OF_A_PERSON = b"\xff" * 16


class Fact(NamedTuple):
    """How a message ended, or what a person decided; in the order of its columns.

    at: aware.  key: digest of the deciding event.  rule_id: the version that decides about a
    failure.  text: the error as the provider tells it, or why the person decided so.  act_id: the
    decision about many addresses that it is part of.  incident_id: what holds a failure, which
    counts for nothing then.
    """

    at: datetime
    key: bytes
    says: int
    failure_type: int = 0
    reason: int = 0
    rule_id: int | None = None
    text: str = ""
    message_id: int | None = None
    delivery_id: int | None = None
    act_id: int | None = None
    account_id: int | None = None
    country: str = ""
    network: str = ""
    prefix: str = ""
    incident_id: int | None = None

    @property
    def place(self) -> Place:
        """Return where a failure happened; no account is 0."""
        return Place(self.account_id or 0, self.country, self.network, self.prefix)

    def is_decision(self) -> bool:
        """Tell whether a person decided it."""
        return self.says in (Says.RELEASED, Says.QUARANTINED, Says.DENYLISTED)

    def outcome(self) -> tuple[object, ...]:
        """Return what makes it differ from another fact of the same message."""
        return self[:5]


class Folded(NamedTuple):
    """A record, the fact that last changed its status, and the last one; None where none did."""

    record: Record
    cause: Fact | None
    last: Fact | None


def order(fact: Fact) -> tuple[datetime, bytes]:
    """Return what facts are sorted by."""
    return fact.at, fact.key


def fold(facts: Iterable[Fact], *, ruled: Mapping[int, Ruling], onto: Record = CLEAN) -> Folded:
    """Return what facts make of a record; those of `onto` are all earlier.  ruled: by id."""
    folded = Folded(onto, None, None)
    for fact in sorted(facts, key=order):
        now = _after(folded.record, fact, ruled)
        cause = folded.cause if now.status == folded.record.status else fact
        folded = Folded(now, cause, fact)
    return folded


def forgiven(record: Record, *, at: datetime) -> Record:
    """Return the record once time has passed: counted errors that are old enough are gone."""
    if record.status == WITH_ERRORS and record.forgiven_at and record.forgiven_at < at:
        return CLEAN
    return record


def _after(record: Record, fact: Fact, ruled: Mapping[int, Ruling]) -> Record:
    if fact.says == Says.FAILED:
        if fact.incident_id is not None:
            return record
        ruling = ruled.get(fact.rule_id or 0)
        return _failed(record, fact, ruling) if ruling else record
    if fact.says == Says.DELIVERED:
        return CLEAN if record.status == WITH_ERRORS else record
    if fact.says == Says.RELEASED:
        return CLEAN
    return _decided(record, fact)


def _decided(record: Record, fact: Fact) -> Record:
    """Return the record after a person has quarantined or denylisted the address."""
    denylisted = fact.says == Says.DENYLISTED
    if record.status == DENYLISTED and not denylisted:
        return record
    status, usual = (
        (DENYLISTED, Reason.DENYLISTED) if denylisted else (QUARANTINE, Reason.QUARANTINED)
    )
    return record._replace(
        status=status,
        reason=fact.reason or int(usual),
        error_text=fact.text,
        delivery_id=None,
        forgiven_at=None,
    )


def _failed(record: Record, fact: Fact, ruling: Ruling) -> Record:
    if ruling.action == rules.IGNORE:
        return record
    if ruling.action == rules.COUNT:
        record = forgiven(record, at=fact.at)
    counted = record._replace(
        error_count=record.error_count + 1,
        first_error_at=record.first_error_at or fact.at,
        last_error_at=fact.at,
    )
    status = _status(counted, ruling)
    # What leaves by hand only keeps what brought it there, unless it gets worse.
    if record.status in (QUARANTINE, DENYLISTED) and status == record.status:
        return counted
    forgiven_at = None
    if status == WITH_ERRORS:
        until = fact.at + ruling.forgives_after
        forgiven_at = max(until, record.forgiven_at or until)
    return counted._replace(
        status=status,
        reason=fact.reason,
        error_text=fact.text,
        delivery_id=fact.delivery_id,
        forgiven_at=forgiven_at,
    )


def _status(counted: Record, ruling: Ruling) -> str:
    """Return the status after an error that has been counted already."""
    if counted.status == DENYLISTED or ruling.action == rules.DENYLIST:
        return DENYLISTED
    if counted.status == QUARANTINE or ruling.action == rules.QUARANTINE:
        return QUARANTINE
    return QUARANTINE if counted.error_count >= ruling.threshold else WITH_ERRORS
