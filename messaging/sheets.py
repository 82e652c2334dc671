"""Tables as spreadsheets save them: any usual delimiter and encoding, read while they come."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from messaging.streams import Raw, Stream

SAMPLE = 65_536
LONGEST_LINE = 65_536
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
# What Excel writes and reads as a first line, in quotes or filled up with empty values at times.
_ANNOUNCED = re.compile(r'"?sep=([^\w"\r\n\0])"?(?:\1|\s)*', re.IGNORECASE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Encoding(NamedTuple):
    """How bytes are read; fallback: whether what is no UTF-8 is taken for Windows-1252."""

    name: str = "utf-8-sig"
    fallback: bool = True

    @property
    def errors(self) -> str:
        """Return what Python calls the way in which faults are met."""
        return FALLBACK if self.fallback else "replace"

    def read(self, sample: bytes) -> str:
        """Return the beginning of a file, which may end within a character."""
        return codecs.getincrementaldecoder(self.name)(self.errors).decode(sample)


class Row(NamedTuple):
    """One row; first, last: the lines of the file that it takes, counted from 1.

    cells: None where they cannot be told apart, or a line is too long.
    """

    first: int
    last: int
    cells: list[str] | None
    too_long: bool = False


def rows(stream: Stream) -> Iterator[Row]:
    """Yield the rows of a table in CSV; blank ones are passed over."""
    raw = io.BufferedReader(Raw(stream), SAMPLE)
    lines = _Lines(opened(raw, encoding(raw.peek(SAMPLE)[:SAMPLE])))
    reader = csv.reader(lines, delimiter=delimiter(lines.start))
    before = 0
    while True:
        cells: list[str] | None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = None
        too_long = lines.was_too_long()
        if lines.ended or too_long:
            # More was asked for before the row was whole: its quote is open to the end.
            cells = None
        if cells is None or any(cell.strip() for cell in cells):
            yield Row(before + 1, reader.line_num, cells, too_long)
        before = reader.line_num


class _Lines:
    """The lines of a table; ended: whether one more than there are was asked for.

    start: the first one.  One that is too long is passed over, without being held as a whole.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.ended = False
        self.start = text.readline(LONGEST_LINE)
        self._next = "\n" if announced(self.start) else self.start
        self._text = text
        self._too_long = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._next
        if not line:
            self.ended = True
            raise StopIteration
        while len(self._next) == LONGEST_LINE and not self._next.endswith(("\n", "\r")):
            self._too_long, line = True, "\n"
            self._next = self._text.readline(LONGEST_LINE)
        self._next = self._text.readline(LONGEST_LINE)
        # A NUL is a fault of whoever wrote the table; it can be stored nowhere.
        return line.replace("\0", "")

    def was_too_long(self) -> bool:
        """Tell whether a line was passed over since it was asked last."""
        was, self._too_long = self._too_long, False
        return was


def opened(raw: "io.BufferedReader[Raw]", how: Encoding) -> io.TextIOWrapper:
    """Return the text of a file; the ends of its lines stay as they are."""
    return io.TextIOWrapper(raw, encoding=how.name, errors=how.errors, newline="")


def encoding(sample: bytes, *, told: str = "") -> Encoding:
    """Return how a file that begins so is read; told: what somebody says it is, or nothing."""
    if sample.startswith(_UTF_16):
        return Encoding("utf-16", fallback=False)
    if guessed := _utf_16(sample) if told in ("", "utf-16") else "":
        return Encoding(guessed, fallback=False)
    if told and told != "utf-8":
        return Encoding(told, fallback=False)
    return Encoding(fallback=not told)


def _utf_16(sample: bytes) -> str:
    """Return in which order of bytes a text without a mark is UTF-16; empty where it is not.

    Every other byte of Latin letters is a NUL then; a single one is a fault of another encoding.
    """
    first, second = sample[:200:2], sample[1:200:2]
    if 2 * second.count(0) > len(second) > 0:
        return "utf-16-le"
    return "utf-16-be" if 2 * first.count(0) > len(first) else ""


def delimiter(line: str) -> str:
    """Return what separates the values of a first line; that of one column has nothing."""
    return announced(line) or max(DELIMITERS.values(), key=line.count)


def announced(line: str) -> str:
    """Return the delimiter that a first line such as `sep=;` says; empty where it is no such."""
    found = _ANNOUNCED.fullmatch(line)
    return found[1] if found else ""


def without_announcement(lines: Iterable[str]) -> Iterator[str]:
    """Return lines with a blank one for a first that says the delimiter: all keep their numbers."""
    lines = iter(lines)
    first = ["\n" if announced(line) else line for line in islice(lines, 1)]
    return chain(first, lines)


FALLBACK = "not-utf-8-but-windows"


def _as_windows_writes(error: UnicodeError) -> tuple[str, int]:
    """Read what is no UTF-8 as spreadsheets on Windows write it."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(FALLBACK, _as_windows_writes)
