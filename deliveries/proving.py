"""Proving that no line of any journal was changed, put in or taken away, at its end too."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from deliveries import journal, seals
from deliveries.journal import SYSTEM
from deliveries.models import AuditEvent, Delivery, JournalHead


class Fault(NamedTuple):
    """What is wrong with a journal first.

    chain: the delivery's id, SYSTEM, or None for a journal of which nothing is left; name: the
    delivery's code; line: the line at which it shows, if any; text: what shows.
    """

    chain: int | None
    name: str
    line: AuditEvent | None
    text: str

    def __str__(self) -> str:
        """Return a sentence that names the journal and the line."""
        if self.line is None:
            return f"{self.name}: {self.text}"
        return f"{self.name}: line {self.line.pk} of {_written(self.line.at)}: {self.text}"


class Proof(NamedTuple):
    """How many journals were looked at, and the first fault of each that has one."""

    journals: int
    faults: list[Fault]


def all_journals() -> Proof:
    """Check every journal there is and every one that there should be.

    Who writes to a journal waits while that one is looked at.
    """
    written = AuditEvent.objects.order_by().values_list("delivery_id", flat=True).distinct()
    chains = {SYSTEM, *(found or SYSTEM for found in written)}
    chains |= set(JournalHead.objects.values_list("chain", flat=True))
    codes = dict(Delivery.objects.filter(pk__in=chains).values_list("pk", "code"))
    names = {SYSTEM: "the system"} | codes
    faults = []
    for chain in sorted(chains):
        name = names.get(chain, f"deleted delivery {chain}")
        if fault := first_fault(chain=chain, name=name):
            faults.append(fault)
    return Proof(len(chains), faults + _missing())


@transaction.atomic
def first_fault(*, chain: int, name: str) -> Fault | None:
    """Return the first fault of a journal; None where all of it stands."""
    journal.hold(chain)
    head = JournalHead.objects.filter(pk=chain).first()
    of = Q(delivery_id=chain) if chain != SYSTEM else Q(delivery=None)
    lines = AuditEvent.objects.filter(of).order_by("id")
    previous, last, count = b"", None, 0
    for line in lines.iterator():
        if not seals.is_genuine(line.hash, seals.of_line, line):
            return Fault(chain, name, line, "it is not as it was written.")
        if bytes(line.previous_hash) != previous:
            return Fault(chain, name, line, "the line before it is gone, or it was put in.")
        previous, last, count = bytes(line.hash), line, count + 1
    text = _fault_of_end(head, lines=count, last_hash=previous)
    return Fault(chain, name, last, text) if text else None


def _fault_of_end(head: JournalHead | None, *, lines: int, last_hash: bytes) -> str:
    """Say why a journal that stands so far does not end here; nothing where it does."""
    if head is None:
        return "nothing says that the journal ends here." if lines else ""
    if not seals.is_genuine(head.seal, seals.of_head, head):
        return "what says where the journal ends was changed."
    if (lines, last_hash) == (head.lines, bytes(head.last_hash)):
        return ""
    gone = head.lines - lines
    return f"{gone} lines after it are gone." if lines else f"all its {gone} lines are gone."


@transaction.atomic
def _missing() -> list[Fault]:
    """Return the journals of which nothing is left: their numbers are missing."""
    journal.hold(SYSTEM)
    begun = JournalHead.objects.filter(pk=SYSTEM).values_list("journals", flat=True).first() or 0
    heads = JournalHead.objects.exclude(pk=SYSTEM)
    numbers = set(heads.values_list("number", flat=True))
    faults = [
        Fault(None, "a delivery", None, f"journal number {number} is gone with all its lines.")
        for number in range(1, max([begun, *numbers]) + 1)
        if number not in numbers
    ]
    if len(numbers) > begun:
        faults.append(Fault(SYSTEM, "the system", None, "there are more journals than were begun."))
    return faults


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
