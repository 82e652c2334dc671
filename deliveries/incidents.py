"""Incidents, found, decided on and told in the journal; and which of them a delivery is in."""

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet

from deliveries import journal
from deliveries.models import Delivery
from messaging import addresses
from providers.models import ProviderAccount
from quarantine import incidents, thresholds, watching
from quarantine.models import Fact, Incident
from quarantine.thresholds import Wanted
from quarantine.watching import ENDED, OPENED, WITHDRAWN

State = Incident.State
ORDER = ("-began_at", "-id")
# A round gives way to callbacks; the next one goes on.
LONGEST_SECONDS = 10.0
_CODES = {OPENED: "QRN-1030", ENDED: "QRN-1031", WITHDRAWN: "QRN-1034"}
_DECIDED = {State.CONFIRMED: ("QRN-1032", "void"), State.DISMISSED: ("QRN-1033", "counted")}


class Named(NamedTuple):
    """An incident, and what its account is called."""

    row: Incident
    account: str


@transaction.atomic
def look(*, at: datetime) -> None:
    """Look for outages: from the next batch of callbacks on, their errors are held."""
    for row, what in watching.watch(at=at):
        level = journal.INFO if what == ENDED else journal.WARNING
        text = f"Incident {row.pk} ({_place(row)}): {_figures(row)}, {what}."
        journal.write(delivery=None, code=_CODES[what], text=text, at=at, level=level)


def watch(*, at: datetime) -> int:
    """Look for outages, and go on with what incidents change; return how many addresses did."""
    until = time.monotonic() + LONGEST_SECONDS
    look(at=at)
    settled = 0
    for row in Incident.objects.filter(settled=False).order_by("id"):
        while time.monotonic() < until and (done := incidents.settle(row, at=at)):
            settled += done
    return settled


@transaction.atomic
def decide(
    *, incident_id: int, state: str, text: str, by: AbstractBaseUser | None, at: datetime
) -> Incident:
    """Confirm an incident (its errors stay void) or dismiss it (they count); either way again.

    The addresses follow in the worker.  Raises quarantine.incidents.NotNow and
    Incident.DoesNotExist.
    """
    row = incidents.decide(incident_id=incident_id, state=state, text=text, by=by, at=at)
    code, done = _DECIDED[State(state)]
    told = f"Incident {row.pk} ({_place(row)}) {row.state}: its {row.held or row.failed} errors are"
    why = f": {addresses.redact_all(row.text)}" if row.text else "."
    journal.write(delivery=None, code=code, text=f"{told} {done}{why}", by=by, at=at)
    return row


@transaction.atomic
def change_thresholds(wanted: Wanted, *, by: AbstractBaseUser | None, at: datetime) -> list[str]:
    """Say from when on failures are an incident."""
    told = thresholds.change(wanted, by=by, at=at)
    if told:
        text = f"Outages: {', '.join(told)}."
        journal.write(delivery=None, code="QRN-1035", text=text, by=by, at=at)
    return told


def listed() -> "QuerySet[Incident]":
    """Return all incidents; those withdrawn too."""
    return Incident.objects.select_related("decided_by")


def standing() -> list[Named]:
    """Return the incidents that wait for a decision, the latest first; two queries."""
    return named(listed().filter(state=State.OPEN).order_by(*ORDER))


def waiting() -> int:
    """Return how many incidents wait for a decision."""
    return Incident.objects.filter(state=State.OPEN).count()


def of_delivery(delivery: Delivery) -> list[Named]:
    """Return the incidents that hold errors of a delivery, the latest first."""
    began_at = delivery.contact_date
    if began_at is None:
        return []
    found = listed().filter(
        Q(held_until=None) | Q(held_until__gte=began_at), account_id=delivery.account_id
    )
    rows = list(found.exclude(state=State.WITHDRAWN).order_by(*ORDER))
    if not rows:
        return []
    held = Fact.objects.filter(delivery_id=delivery.pk, incident__in=rows)
    ids = set(held.values_list("incident_id", flat=True).distinct())
    return named(row for row in rows if row.pk in ids)


def named(rows: Iterable[Incident]) -> list[Named]:
    """Return incidents with the names of their accounts; one query more."""
    rows = list(rows)
    names = _names({row.account_id for row in rows})
    return [Named(row, names.get(row.account_id, "")) for row in rows]


def _names(ids: set[int]) -> Mapping[int, str]:
    found = ProviderAccount.objects.filter(pk__in=ids)
    return dict(found.values_list("id", "name")) if ids else {}


def _place(row: Incident) -> str:
    cut = [part for part in (row.country, row.network, row.prefix) if part]
    return f"account {row.account_id}{''.join(f', {part}' for part in cut)}"


def _figures(row: Incident) -> str:
    usual = "" if row.usual is None else f", usually {row.usual:.0%}"
    return f"{row.failed} of {row.messages} messages failed{usual}"
