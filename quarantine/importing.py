"""Taking over addresses from elsewhere: staged, looked at, then taken in one transaction.

An import is a decision about many addresses like others: each fact names it, so that it can be
undone.  Until it is confirmed its lines lie beside; what cannot be taken stays to be told.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from messaging import sheets
from messaging.failures import Reason
from messaging.streams import Stream
from quarantine import acts, fingerprints, ledger, lines, swift
from quarantine.acts import NotNow
from quarantine.bulk_models import BulkAct, ImportLine
from quarantine.facts import Fact
from quarantine.folding import Author
from quarantine.lines import Line
from quarantine.standing import Standing
from storage import rows

BATCH = 10_000
# An import that nobody confirms is forgotten.
STAGED_FOR = timedelta(days=1)
_COLUMNS = ("act_id", *Line._fields, "fingerprint")


class Counts(NamedTuple):
    """What an import would do; bad: lines that cannot be taken."""

    new: int
    changed: int
    already: int
    bad: int


@transaction.atomic
def stage(
    stream: Stream, *, usual: str, text: str, by: AbstractBaseUser | None, at: datetime
) -> BulkAct:
    """Read a table while it comes, and lay its lines beside; nothing is decided yet.

    Raises quarantine.lines.BadTable.
    """
    row = BulkAct.objects.create(
        action=BulkAct.Action.IMPORT,
        state=BulkAct.State.STAGED,
        text=text.strip()[: acts.LONGEST_TEXT],
        by_id=by.pk if by else None,
        at=at,
    )
    read = lines.read(sheets.rows(stream), usual=usual, now=at)
    rows.copy("quarantine_importline", _COLUMNS, _staged(row.pk, read))
    with connection.cursor() as cursor:
        # Otherwise the planner takes the new act for one line, and joins each with each.
        cursor.execute("ANALYZE quarantine_importline")
    _mark_doubles(row.pk)
    bad = bad_lines(row).count()
    row.bad, row.taken = bad, ImportLine.objects.filter(act_id=row.pk).count() - bad
    row.save(update_fields=["bad", "taken"])
    return row


def _staged(act_id: int, read: Iterator[Line]) -> Iterator[tuple[object, ...]]:
    for line in read:
        mark = "" if line.fault else fingerprints.of(line.address).hex()
        yield (act_id, *line, f"\\x{mark}")


def _mark_doubles(act_id: int) -> None:
    """Take only the first line of an address; the others say where that is."""
    fault = _("The address stands in line {line} already.")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE quarantine_importline line
               SET field = 'address', fault = replace(%s, '{line}', earlier.first::text),
                   address = '', text = '', fingerprint = ''
              FROM (SELECT line, min(line) OVER (PARTITION BY channel, address) AS first
                      FROM quarantine_importline WHERE act_id = %s AND fault = '') earlier
             WHERE line.act_id = %s AND line.line = earlier.line AND earlier.first < line.line
            """,
            [fault, act_id, act_id],
        )


def bad_lines(row: BulkAct) -> "QuerySet[ImportLine]":
    """Return the lines that cannot be taken, in the order of the file."""
    return ImportLine.objects.filter(act_id=row.pk).exclude(fault="").order_by("line")


def counts(row: BulkAct) -> Counts:
    """Tell what a staged import would do as things stand."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE known.id IS NULL AND erased.id IS NULL),
                   count(*) FILTER (WHERE known.id IS NOT NULL AND NOT so.already),
                   count(*) FILTER (WHERE so.already OR erased.id IS NOT NULL)
              FROM quarantine_importline line
              LEFT JOIN quarantine_address known
                ON known.channel = line.channel AND known.address = line.address
               AND known.address <> ''
              LEFT JOIN quarantine_address erased
                ON erased.channel = line.channel AND erased.fingerprint = line.fingerprint
              CROSS JOIN LATERAL (
                   SELECT known.status = 'denylisted'
                          AND (line.status = 'quarantine' OR NOT known.by_word)
                          OR known.status = 'quarantine' AND line.status = 'quarantine'
                          AS already) so
             WHERE line.act_id = %s AND line.fault = ''
            """,
            [row.pk],
        )
        new, changed, already = cursor.fetchone()
        return Counts(new, changed, already, row.bad)


@transaction.atomic
def confirm(*, act_id: int, by: AbstractBaseUser | None, at: datetime) -> BulkAct:
    """Let a staged import be taken; raises NotNow and BulkAct.DoesNotExist."""
    row = BulkAct.objects.select_for_update().get(pk=act_id)
    if row.state != BulkAct.State.STAGED:
        raise NotNow(_("This import has been confirmed already."))
    row.state, row.at, row.by_id = BulkAct.State.OPEN, at, by.pk if by else None
    row.save(update_fields=["state", "at", "by"])
    return row


@transaction.atomic
def forget(*, act_id: int) -> bool:
    """Drop an import that is not confirmed, and tell whether it was; one that is stays."""
    staged = BulkAct.objects.filter(pk=act_id, state=BulkAct.State.STAGED)
    was_staged = staged.select_for_update().exists()
    if was_staged:
        ImportLine.objects.filter(act_id=act_id).delete()
        staged.delete()
    return was_staged


def forget_old(*, at: datetime) -> None:
    """Drop the imports that nobody has confirmed in time."""
    old = BulkAct.objects.filter(state=BulkAct.State.STAGED, at__lt=at - STAGED_FOR)
    for act_id in list(old.values_list("id", flat=True)):
        forget(act_id=act_id)


def take(row: BulkAct, *, at: datetime) -> None:
    """Take all lines of a locked import, in the transaction of the caller, who saves its row.

    Addresses are locked in the order of their keys, however many batches it takes.
    """
    _add_missing(row)
    last = 0
    while batch := _next(row, after=last):
        last = max(batch)
        _take(row, batch, at=at)
    row.left_out = row.taken - row.changed
    drop_lines(row)
    row.state, row.finished_at = BulkAct.State.DONE, at


def drop_lines(row: BulkAct) -> None:
    """Drop the lines that were taken, or never will be; those that cannot be stay to be told."""
    ImportLine.objects.filter(act_id=row.pk, fault="").delete()


def _take(row: BulkAct, batch: dict[int, Line], *, at: datetime) -> None:
    plain = swift.locked(batch)
    simple: dict[int, Fact] = {}
    for address_id, stands in plain.items():
        line = batch[address_id]
        fact = _fact(row, line, fresh=stands.fresh)
        if stands.takes(line.status, at=fact.at):
            simple[address_id] = fact
    author = Author(row.by_id, row.pk)
    swift.apply(simple, author=author, at=at)
    known = {
        address_id: address
        for address_id, address in ledger.locked_by_id(batch.keys() - simple.keys()).items()
        if not acts.why_not(address.standing, batch[address_id].status)
    }
    decided = {
        address_id: _fact(row, batch[address_id], fresh=address.standing == Standing())
        for address_id, address in known.items()
    }
    acts.apply(known, decided, author=author, at=at)
    row.changed += len(simple) + len(known)


def _fact(row: BulkAct, line: Line, *, fresh: bool) -> Fact:
    """Return a line as a decision: of its date where nothing is known yet, else of now."""
    at = line.at if line.at and fresh else row.at
    reason = line.reason or row.reason or int(Reason.UNDEFINED)
    fact = acts.decision(line.status, text=line.text or row.text, reason=reason, at=at)
    return fact._replace(act_id=row.pk)


def _add_missing(row: BulkAct) -> None:
    named = (
        "(SELECT channel, address, fingerprint AS mark FROM quarantine_importline "
        "WHERE act_id = %s AND fault = '') named"
    )
    ledger.add_missing_of(named, [row.pk])


def _next(row: BulkAct, *, after: int) -> dict[int, Line]:
    columns = ", ".join(f"line.{name}" for name in Line._fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT known.id, {columns} FROM quarantine_importline line "
            f"JOIN quarantine_address known ON known.channel = line.channel "
            f"AND known.address = line.address AND known.address <> '' "
            f"WHERE line.act_id = %s AND line.fault = '' AND known.id > %s "
            f"ORDER BY known.id LIMIT %s",
            [row.pk, after, BATCH],
        )
        return {found[0]: Line(*found[1:]) for found in cursor.fetchall()}
