"""Addresses as rows of a table: what an export writes is what an import reads.

A spreadsheet takes a text that begins with one of `=+-@`, a tab or a carriage return for a formula,
so that such a text gets an apostrophe before it, which an import takes off again.  Numbers keep
their plus: it and digits alone compute nothing.
"""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import QuerySet

from messaging.addresses import E164
from messaging.failures import Reason
from quarantine.models import Address

COLUMNS = ("address", "channel", "status", "reason", "text", "date")
CHUNK = 2_000
# What guarded texts begin with; the apostrophe too, so that it can be taken off again.
DANGEROUS = frozenset("=+-@\t\r'")
_GUARDED = re.compile(r"'(?=[=+\-@\t\r'])")


class Cells(NamedTuple):
    """What an export tells of an address, in the order of its columns."""

    address: str
    channel: str
    status: str
    reason: int
    error_text: str
    last_error_at: datetime | None
    folded_at: datetime | None
    modified_at: datetime


Shown = Callable[[Cells], tuple[str, str]]


def lines(found: "QuerySet[Address]", *, shown: Shown) -> Iterator[str]:
    """Yield a table as CSV, some lines at a time, read through a cursor of the server.

    shown: an address and its text, as far as somebody may see them.
    """
    writer = csv.writer(Echo())
    yield writer.writerow(COLUMNS)
    chunk: list[str] = []
    for values in found.values_list(*Cells._fields).iterator(chunk_size=CHUNK):
        row = Cells._make(values)
        address, text = shown(row)
        chunk.append(writer.writerow(_cells(row, address, text)))
        if len(chunk) == CHUNK:
            yield "".join(chunk)
            chunk = []
    yield "".join(chunk)


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in DANGEROUS else text


def bare(text: str) -> str:
    """Return what a guarded text was."""
    return _GUARDED.sub("", text, count=1) if _GUARDED.match(text) else text


def _cells(row: Cells, address: str, text: str) -> list[str]:
    at = row.last_error_at or row.folded_at or row.modified_at
    return [
        address if E164.match(address) else guarded(address),
        row.channel,
        row.status,
        Reason(row.reason).api_name,
        guarded(text),
        _time(at),
    ]


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """Return the text, which the writer hands on."""
        return text
