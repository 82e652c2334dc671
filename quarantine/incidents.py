"""Incidents: what they hold, and what a change of them makes of the addresses.

Errors that belong to an incident that holds are facts that count for nothing.  Whether one belongs
is a function of its place and time, so it makes no difference when it becomes known.

Who takes facts in shares a lock, and who changes an incident takes it alone: a fact is either seen
by the change, or sees it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from messaging.failures import Reason
from quarantine import folding, ledger
from quarantine.facts import Fact, Says
from quarantine.folding import News
from quarantine.models import Incident
from quarantine.outage_models import HOLDING
from quarantine.places import Place
from storage import rows

BATCH = 2_000
LONGEST_TEXT = 500
# What the story of an address says.
HELD = gettext_noop("Held as an incident: too many failed there at once.")
COUNTS = gettext_noop("No incident after all: the errors count.")
State = Incident.State


class NotNow(Exception):
    """An incident cannot become that as it stands; the text is for people."""


class Holding(NamedTuple):
    """An incident whose errors are void: where, and since and until when (None: it goes on)."""

    id: int
    place: Place
    since: datetime
    until: datetime | None

    def holds(self, fact: Fact) -> bool:
        """Tell whether a fact belongs to it."""
        return (
            self.place.holds(fact.place)
            and self.since <= fact.at
            and (self.until is None or fact.at < self.until)
        )


def place(row: Incident) -> Place:
    """Return where an incident is."""
    return Place(row.account_id, row.country, row.network, row.prefix)


def holding(*, since: datetime) -> list[Holding]:
    """Return the incidents that hold errors of then or later, oldest first.

    No incident changes until the running transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            # Two statements on one way: the second sees what the wait for the lock was for.
            f"SELECT pg_advisory_xact_lock_shared(hashtext('incidents'));"
            f"SELECT id, {', '.join(Place._fields)}, held_from, held_until "
            f"FROM quarantine_incident "
            f"WHERE state = ANY(%s) AND (held_until IS NULL OR held_until > %s) ORDER BY id",
            [list(HOLDING), since],
        )
        return [Holding(row[0], Place(*row[1:5]), *row[5:]) for row in cursor.fetchall()]


def alone() -> None:
    """Wait for those who take facts in; no other begins until the running transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('incidents'))")


def marked(fact: Fact, held: Sequence[Holding]) -> Fact:
    """Return a failure with the incident that it belongs to, if there is one."""
    if fact.reason == Reason.DENYLISTED:
        return fact  # What its holder wants holds in an outage too.
    found = next((each.id for each in held if each.holds(fact)), None)
    return fact._replace(incident_id=found)


@transaction.atomic
def decide(
    *, incident_id: int, state: str, text: str, by: AbstractBaseUser | None, at: datetime
) -> Incident:
    """Confirm an incident (its errors stay void) or dismiss it (they count); either way again.

    Raises NotNow and Incident.DoesNotExist.
    """
    alone()
    row = Incident.objects.select_for_update().get(pk=incident_id)
    if row.state == state:
        raise NotNow(_("The incident is so already."))
    if row.state == State.WITHDRAWN:
        raise NotNow(_("The incident was withdrawn: its errors count, as no outage was found."))
    held = row.holds()
    row.state, row.text = state, text.strip()[:LONGEST_TEXT]
    row.decided_at, row.decided_by_id = at, by.pk if by else None
    row.settled = row.settled and held == row.holds()
    row.save()
    return row


@transaction.atomic
def settle(row: Incident, *, at: datetime) -> int:
    """Mark one batch of the errors that belong to an incident, or do no more, and fold again.

    Returns how many addresses that were.  Where there are none it is settled, unless somebody
    has changed it at this moment.
    """
    ids = _wrong(row)
    if ids:
        _settle(ids, row, at=at)
    else:
        alone()
        row.refresh_from_db()
        row.settled, row.held = not _wrong(row), _held(row)
        row.save(update_fields=["settled", "held"])
    return len(ids)


def _settle(ids: Sequence[int], row: Incident, *, at: datetime) -> None:
    known = ledger.locked_by_id(ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE quarantine_fact fact SET incident_id = belongs.incident_id
              FROM (SELECT fact.id, min(incident.id) AS incident_id
                      FROM quarantine_fact fact
                      LEFT JOIN quarantine_incident incident ON {BELONGS}
                     WHERE fact.address_id = ANY(%s::bigint[]) AND fact.says = {int(Says.FAILED)}
                     GROUP BY fact.id) AS belongs
             WHERE fact.id = belongs.id AND fact.incident_id IS DISTINCT FROM belongs.incident_id
            """,
            [rows.array(known)],
        )
    heard = {address_id: address.words for address_id, address in known.items()}
    because = folding.Because(HELD if row.holds() else COUNTS, row.pk)
    folding.settle(known, heard, News(anew=set(known)), at=at, because=because)


def _wrong(row: Incident) -> list[int]:
    """Return addresses with errors that are not marked as the incident wants them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT DISTINCT address_id FROM (
                (SELECT fact.address_id FROM quarantine_fact fact
                   JOIN quarantine_incident incident ON incident.id = %s AND {BELONGS}
                  WHERE fact.incident_id IS NULL AND fact.account_id = %s
                    AND fact.says = {int(Says.FAILED)} LIMIT %s)
                UNION ALL
                (SELECT fact.address_id FROM quarantine_fact fact
                  WHERE fact.incident_id = %s
                    AND NOT EXISTS (SELECT FROM quarantine_incident incident
                                     WHERE incident.id = %s AND {BELONGS}) LIMIT %s)
            ) AS wrong LIMIT %s
            """,
            [row.pk, row.account_id, BATCH, row.pk, row.pk, BATCH, BATCH],
        )
        return [found[0] for found in cursor.fetchall()]


def _held(row: Incident) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM quarantine_fact WHERE incident_id = %s", [row.pk])
        held: int = cursor.fetchone()[0]
    return held


# As Holding.holds and `marked` say it.
BELONGS = f"""
(incident.state IN ({", ".join(f"'{state}'" for state in HOLDING)})
 AND incident.account_id = fact.account_id AND fact.reason <> {int(Reason.DENYLISTED)}
 AND incident.country IN ('', fact.country) AND incident.network IN ('', fact.network)
 AND incident.prefix IN ('', fact.prefix)
 AND fact.at >= incident.held_from
 AND (incident.held_until IS NULL OR fact.at < incident.held_until))
"""
