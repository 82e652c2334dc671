"""What failures mean: every failed report belongs to a qualification, which says type and reason.

A qualification that nobody has looked at says what the provider's own table does.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from ingestion.reading import Heard
from messaging import addresses
from messaging.failures import FailureClass, FailureType, Reason
from messaging.normalise import error_key
from messaging.statuses import MessageStatus
from providers import registry
from providers.models import Qualification
from storage import rows

LONGEST_TEXT = 500
LONGEST_CODE = 64


class Fault(NamedTuple):
    """What tells one qualification from others; type and reason are those of the table."""

    kind: str
    key: str
    failure_type: int
    reason: int


class Verdict(NamedTuple):
    """What is in force for a report."""

    qualification_id: int | None
    failure_type: int
    reason: int


Verdicts = Mapping[Fault, Verdict]

NO_FAILURE = Verdict(None, int(FailureType.UNDEFINED), int(Reason.UNDEFINED))
# A status of SMPP, which has as many digits as a number.
_HEXADECIMAL = re.compile(r"0x[0-9A-Fa-f]{1,8}")
_COLUMNS = "kind, key, default_failure_type, default_reason, id, failure_type, reason"
_RETURNED = ", ".join(f"qualification.{name}" for name in _COLUMNS.split(", "))


def fault(item: Heard) -> Fault | None:
    """Return what a failed report is qualified by; None where it did not fail, or says nothing."""
    report = item.report
    if report.status is not MessageStatus.FAILED:
        return None
    key = error_key(kind=item.kind, code=report.code, text=report.text, address=report.address)
    table = _of_table(report.failure)
    return Fault(item.kind, key, table.failure_type, table.reason) if key else None


def verdict(item: Heard, known: Verdicts) -> Verdict:
    """Return what is in force for a report, whose qualification is known if it has one."""
    if item.report.status is not MessageStatus.FAILED:
        return _of_table(item.report.failure)
    found = fault(item)
    return known[found] if found else _of_table(item.report.failure)


def verdicts(heard: Iterable[Heard], *, at: datetime, lock: bool) -> Verdicts:
    """Return what is in force for the failures among these reports.

    Takes two statements at most.  Locked, so that no change of a qualification can come between
    this look and the writing of what follows from it; those that are new are made.  Not locked,
    nothing is written, and new ones have made-up ids below zero.
    """
    first: dict[Fault, Heard] = {}
    for item in heard:
        found = fault(item)
        if found and found not in first:
            first[found] = item
    known = _look_up(list(first), lock=lock)
    new = sorted(found for found in first if found not in known)
    if lock:
        return known | _make([(found, first[found]) for found in new], at=at)
    return known | {
        found: Verdict(_made_up(found), found.failure_type, found.reason) for found in new
    }


def _made_up(found: Fault) -> int:
    """Return an id below zero, the same whenever it is asked for."""
    return -1 - int.from_bytes(hashlib.blake2b(repr(found).encode(), digest_size=7).digest())


def _of_table(failure: FailureClass | None) -> Verdict:
    """Return what the provider's own table says."""
    if failure is None:
        return NO_FAILURE
    return Verdict(None, int(failure.failure_type), int(failure.reason))


def _look_up(wanted: Sequence[Fault], *, lock: bool) -> dict[Fault, Verdict]:
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {_RETURNED} FROM providers_qualification qualification
             WHERE (kind, key, default_failure_type, default_reason) IN (
                   SELECT * FROM unnest(%s::text[], %s::text[], %s::smallint[], %s::smallint[]))
             ORDER BY id {"FOR SHARE" if lock else ""}
            """,
            rows.arrays(wanted),
        )
        return _by_fault(cursor.fetchall())


def _make(new: Sequence[tuple[Fault, Heard]], *, at: datetime) -> dict[Fault, Verdict]:
    """Insert qualifications in the order of their keys; take those that another drain has made."""
    if not new:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO providers_qualification AS qualification
                   (kind, key, default_failure_type, default_reason, failure_type, reason,
                    status, code, text, first_text, created_at, modified_at)
            SELECT kind, key, failure_type, reason, failure_type, reason,
                   status, code, '', first_text, %s, %s
              FROM unnest(%s::text[], %s::text[], %s::smallint[], %s::smallint[],
                          %s::text[], %s::text[], %s::text[])
                   AS new(kind, key, failure_type, reason, status, code, first_text)
                ON CONFLICT (kind, key, default_failure_type, default_reason)
                DO UPDATE SET kind = excluded.kind
            RETURNING {_RETURNED}
            """,
            [at, at, *rows.arrays([(*found, *_described(item)) for found, item in new])],
        )
        return _by_fault(cursor.fetchall())


def _described(item: Heard) -> tuple[str, str, str]:
    """Return status, code and first text of a new qualification; no address stays in them."""
    report = item.report
    listed = registry.get(item.kind).lists(report.code)
    judged = report.failure is not FailureClass.UNDEFINED or listed
    keep = report.failure is not None and judged
    status = Qualification.Status.KEEP if keep else Qualification.Status.TO_QUALIFY
    # Some providers hand on the number in the place of a code.
    redacted = addresses.redact_all(addresses.redact(report.code, report.address))
    code = report.code if listed or _HEXADECIMAL.fullmatch(report.code) else redacted
    said = addresses.redact_all(addresses.redact(report.text, report.address))
    return str(status), code[:LONGEST_CODE], said[:LONGEST_TEXT]


def _by_fault(found: Iterable[tuple[int | str, ...]]) -> dict[Fault, Verdict]:
    return {Fault._make(row[:4]): Verdict._make(row[4:]) for row in found}
