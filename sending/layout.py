"""How a file of recipients is laid out: its encoding, delimiter and columns, told or found out."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from messaging import personal, sheets
from messaging.sheets import DELIMITERS, Encoding
from sending import headings, sentences

ENCODINGS = ("utf-8", "utf-16", "cp1252")
CSV, NDJSON = "csv", "ndjson"
MOST_COLUMNS = 200
_PREVIEWED = 5


class BadFile(Exception):
    """A file as a whole cannot be read as recipients; the text says why, and the cure."""


class Layout(NamedTuple):
    """How a file is read; address and reference are names of columns, reference may be empty.

    fallback: whether what is no UTF-8 is taken for cp1252, where nobody has said the encoding.
    channel: of the addresses that are looked for.
    """

    kind: str = CSV
    encoding: str = "utf-8"
    fallback: bool = False
    delimiter: str = ","
    columns: tuple[str, ...] = ()
    address: str = ""
    reference: str = ""
    channel: str = ""


class Preview(NamedTuple):
    """The beginning of a file: its headers as written, and some rows.

    addresses: the columns that may hold the address.
    """

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    addresses: Sequence[str]


def find(sample: bytes, *, told: Mapping[str, str], channel: str) -> Layout:
    """Return the layout of a file that begins so; raise BadFile.

    told: what is known, any of kind, encoding, delimiter (by name), address, reference.
    """
    if told.get("kind") == NDJSON:
        address, reference = (
            personal.name(told.get(name, "")) for name in ("address", "reference")
        )
        how = _encoding(sample, told.get("encoding", ""))
        return Layout(NDJSON, *how, address=address, reference=reference, channel=channel)
    found, _headings, _lines = _table(sample, told, channel)
    columns = found.columns
    return found._replace(
        address=_told(columns, told.get("address", "")) or _address(columns, channel),
        reference=_told(columns, told.get("reference", "")) or headings.reference(columns),
    )


def look(sample: bytes, *, told: Mapping[str, str], channel: str) -> tuple[Layout, Preview]:
    """Return the layout as far as it can be told, and the first rows, to choose columns by."""
    found, headers, lines = _table(sample, told, channel)
    candidates = headings.addresses(found.columns, channel=channel)
    found = found._replace(
        address=candidates[0] if len(candidates) == 1 else "",
        reference=headings.reference(found.columns),
    )
    # The last line of a sample may be cut.
    beginning = csv.reader(lines[: _PREVIEWED + 20], delimiter=found.delimiter)
    rows = [row for row in beginning if row]
    shown = [row[: len(headers)] for row in rows[1 : _PREVIEWED + 1]]
    return found, Preview(headers, shown, candidates)


def _table(
    sample: bytes, told: Mapping[str, str], channel: str
) -> tuple[Layout, Sequence[str], Sequence[str]]:
    """Return how a table is laid out but for its two columns, with its headers and its lines."""
    how = _encoding(sample, told.get("encoding", ""))
    # Lines end here as they do where the whole file is read.
    lines = list(io.StringIO(how.read(sample), newline=""))
    delimiter = _delimiter(lines, told.get("delimiter", ""))
    lines = list(sheets.without_announcement(lines))
    headers = _headers(lines, delimiter)
    return Layout(CSV, *how, delimiter, _columns(headers), channel=channel), headers, lines


def of_json(kept: Mapping[str, Any]) -> Layout:
    """Return a layout as it was kept."""
    return Layout(**dict(kept) | {"columns": tuple(kept.get("columns", ()))})


def _encoding(sample: bytes, told: str) -> Encoding:
    if told and told not in ENCODINGS:
        raise BadFile(_("The encoding is one of %(known)s.") % {"known": ", ".join(ENCODINGS)})
    return sheets.encoding(sample, told=told)


def _delimiter(lines: Sequence[str], told: str) -> str:
    if told and told not in DELIMITERS:
        raise BadFile(_("The delimiter is one of %(known)s.") % {"known": ", ".join(DELIMITERS)})
    if told:
        return DELIMITERS[told]
    return sheets.delimiter(next((line for line in lines if line.strip()), ""))


def _headers(lines: Sequence[str], delimiter: str) -> list[str]:
    filled = iter([line for line in lines if line.strip()])
    try:
        headers = next(csv.reader(filled, delimiter=delimiter), [])
    except csv.Error as error:
        raise BadFile(_("The first line, which names the columns, cannot be read.")) from error
    if not any(header.strip() for header in headers):
        raise BadFile(_("The file is empty: its first line names the columns."))
    if len(headers) > MOST_COLUMNS:
        raise BadFile(_("A file has at most %(most)d columns.") % {"most": MOST_COLUMNS})
    return [header.replace("\0", "").strip() for header in headers]


def _columns(headers: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns in one spelling; one that comes again gets a number."""
    columns: list[str] = []
    for number, header in enumerate(headers, start=1):
        name = personal.name(header) or f"column_{number}"
        columns.append(name if name not in columns else f"{name}_{number}")
    return tuple(columns)


def _told(columns: Sequence[str], told: str) -> str:
    """Return the column that was told, if any was; raise BadFile where there is none of it."""
    name = personal.name(told)
    if name and name not in columns:
        raise BadFile(_("There is no column “%(name)s”.") % {"name": told[:100]})
    return name


def _address(columns: tuple[str, ...], channel: str) -> str:
    """Return the one column that holds the address; raise BadFile where that is not clear."""
    found = headings.addresses(columns, channel=channel)
    if len(found) > 1:
        raise BadFile(sentences.told(ambiguous(found)))
    if not found:
        raise BadFile(
            _("No column is known to hold the address. The first line names: %(names)s.")
            % {"names": _listed(columns)}
        )
    return found[0]


def ambiguous(names: Sequence[str]) -> str:
    """Return the sentence, in English, that several columns or fields may hold the address."""
    return sentences.AMBIGUOUS.format(names=_listed(names))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:20])[:300]
