"""Reading recipients line by line, out of CSV or one JSON object a line."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from messaging import personal, sheets
from messaging.sheets import Encoding
from messaging.streams import Raw, Stream
from sending import headings, sentences
from sending.layout import NDJSON, Layout, ambiguous

LONGEST_LINE = 65_536
LONGEST_ADDRESS = 320
LONGEST_REFERENCE = 128
LONGEST_VALUE = 2_000
# How many lines a value in quotes may go over.
MOST_LINES_OF_A_ROW = 20


class Line(NamedTuple):
    """A recipient as given; number counts the lines of the file from 1."""

    number: int
    address: str
    reference: str
    fields: str


class BadLine(NamedTuple):
    """A line that is no recipient, and why, in English: sentences.told says it to people."""

    number: int
    detail: str


def read(stream: Stream, layout: Layout) -> Iterator[Line | BadLine]:
    """Yield what the lines of a file say; blank ones are passed over."""
    raw = io.BufferedReader(Raw(stream), sheets.SAMPLE)
    text = sheets.opened(raw, Encoding(layout.encoding, layout.fallback))
    reader = _of_objects if layout.kind == NDJSON else _of_rows
    return reader(text, layout)


def _of_rows(text: Iterable[str], layout: Layout) -> Iterator[Line | BadLine]:
    records = _Records(text, layout.delimiter)
    columns = layout.columns
    width = len(columns)
    address, reference = columns.index(layout.address), _place(columns, layout.reference)
    rows = csv.reader(records, delimiter=layout.delimiter)
    is_header = True
    while True:
        try:
            row = next(rows, None)
        except csv.Error:
            yield BadLine(records.number, sentences.BAD_QUOTES)
            continue
        yield from records.unreadable()
        if row is None:
            return
        if not any(row):
            continue
        if is_header:
            is_header = False
            continue
        if len(row) > width and any(row[width:]):
            yield BadLine(records.number, _too_wide(len(row), layout))
            continue
        row += [""] * (width - len(row))
        named = row[reference] if reference is not None else ""
        yield _checked(records.number, row[address], named, dict(zip(columns, row, strict=False)))


def _too_wide(values: int, layout: Layout) -> str:
    return sentences.TOO_WIDE.format(
        values=values, columns=len(layout.columns), sign=layout.delimiter
    )


def _place(columns: tuple[str, ...], name: str) -> int | None:
    return columns.index(name) if name else None


class _Records:
    """Puts lines together that belong to one row, and counts them."""

    def __init__(self, text: Iterable[str], delimiter: str) -> None:
        self.lines = sheets.without_announcement(text)
        self.opens = re.compile(rf'(?:^|{re.escape(delimiter)})\s*"')
        self.number = 0
        self.read = 0
        self.waiting: list[str] = []
        self.bad: list[BadLine] = []

    def __iter__(self) -> "_Records":
        return self

    def __next__(self) -> str:
        line = self._line()
        self.number = self.read - len(self.waiting)
        while len(line) > LONGEST_LINE:
            self.bad.append(BadLine(self.number, sentences.LONG_LINE))
            line = self._line()
            self.number = self.read - len(self.waiting)
        if line.count('"') % 2 and self.opens.search(line):
            return self._joined(line)
        return line

    def unreadable(self) -> list[BadLine]:
        """Return the lines that were left out since it was asked last."""
        bad, self.bad = self.bad, []
        return bad

    def _line(self) -> str:
        if self.waiting:
            return self.waiting.pop(0)
        self.read += 1
        return next(self.lines)

    def _joined(self, line: str) -> str:
        """Return a row whose quotes go over several lines; leave one out that never closes them."""
        taken: list[str] = []
        quotes = line.count('"')
        while quotes % 2 and len(taken) < MOST_LINES_OF_A_ROW:
            try:
                more = self._line()
            except StopIteration:
                self.read -= 1
                break
            taken.append(more)
            quotes += more.count('"')
        if quotes % 2 == 0:
            return "".join([line, *taken])
        # Only the line that opens them is at fault: the others are looked at by themselves.
        self.waiting = taken + self.waiting
        self.bad.append(BadLine(self.number, sentences.OPEN_QUOTE))
        return "\n"


def _of_objects(text: Iterable[str], layout: Layout) -> Iterator[Line | BadLine]:
    for number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        if len(line) > LONGEST_LINE:
            yield BadLine(number, sentences.LONG_LINE)
            continue
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            yield BadLine(number, sentences.NO_OBJECT)
            continue
        fields = {personal.name(name): _text(value) for name, value in given.items()}
        if wrong := next((name for name, value in fields.items() if value is None), None):
            yield BadLine(number, sentences.NO_TEXT.format(name=wrong))
            continue
        values = {name: value or "" for name, value in fields.items() if name}
        names = tuple(values)
        found = _holds_address(names, layout)
        if len(found) > 1:
            yield BadLine(number, ambiguous(found))
            continue
        address = values.get(found[0], "") if found else ""
        reference = layout.reference or headings.reference(names)
        yield _checked(number, address, values.get(reference, ""), values)


def _holds_address(names: tuple[str, ...], layout: Layout) -> Sequence[str]:
    """Return the fields that may hold the address: what the papers call `address` before others."""
    told = layout.address or next((name for name in names if name == "address"), "")
    return [told] if told else headings.addresses(names, channel=layout.channel)


def _text(value: Any) -> str | None:
    """Return a value of JSON as text; None for one that holds others."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def _checked(number: int, address: str, reference: str, fields: dict[str, str]) -> Line | BadLine:
    fields = {name: value for name, value in fields.items() if value}
    said = json.dumps(fields, ensure_ascii=False)
    if "\\u0000" in said or "\ufffd" in said or not _is_encodable(said):
        return BadLine(number, sentences.UNREADABLE_SIGN)
    if len(address) > LONGEST_ADDRESS or len(reference) > LONGEST_REFERENCE:
        return BadLine(number, sentences.LONG_ADDRESS)
    if len(said) > LONGEST_VALUE and any(len(each) > LONGEST_VALUE for each in fields.values()):
        return BadLine(number, sentences.LONG_VALUE.format(most=LONGEST_VALUE))
    return Line(number, address.strip(), reference.strip(), said)


def _is_encodable(value: str) -> bool:
    # JSON can write half of a surrogate pair, which no encoding can.
    return value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value)
