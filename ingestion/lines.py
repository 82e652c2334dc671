"""Reading a registration's body piece by piece: one JSON object a line, or one JSON list."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import ijson
from django.utils.translation import gettext as _

from ingestion.nesting import Shallow
from messaging import addresses
from messaging.streams import Stream

LONGEST_LINE = 65_536
LONGEST_FIELD_SHOWN = 64
EARLIEST_YEAR = 1970
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MOST_PARTS = 255
FIELDS = frozenset(
    {"address", "message", "provider_message_id", "provider_message_ids", "recipient", "sent_at"}
)
HIGHEST_ID = 2**63 - 1


class BadBody(Exception):
    """The body as a whole cannot be read, so nothing of it was registered."""


class BadLine(Exception):
    """One message cannot be registered: `field` names what is wrong with it."""

    def __init__(self, field: str, detail: str) -> None:
        """Keep the field and the sentence."""
        super().__init__(detail)
        self.field = field
        self.detail = detail


class Line(NamedTuple):
    """One message as it is to be registered; message_id: the one that its links were made for."""

    number: int
    address: str
    country: str
    recipient: str
    provider_ids: list[str]
    sent_at: datetime | None
    message_id: int | None = None


def objects(stream: Stream) -> Iterator[tuple[int, Any]]:
    """Yield each object with its number, from 1; a BadLine instead of one that is no JSON."""
    reader = _Lines(stream)
    if reader.first_character() == b"[":
        yield from _listed(reader)
        return
    for number, line in enumerate(reader.lines(), start=reader.first_line):
        if not line.strip():
            continue
        if len(line) > LONGEST_LINE:
            yield number, BadLine("", _("The line is too long."))
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError):
            yield number, BadLine("", _("This line is not a JSON object."))


def _listed(reader: "_Lines") -> Iterator[tuple[int, Any]]:
    try:
        yield from enumerate(ijson.items(Shallow(reader), "item"), start=1)
    except (ijson.JSONError, ValueError, ArithmeticError, RecursionError) as error:
        raise BadBody(
            _("The JSON list is broken: nothing was registered. Mend it and send it again.")
        ) from error


def check(number: int, given: Any, *, channel: str) -> Line:
    """Return the message that an object describes; raise BadLine where it describes none."""
    if isinstance(given, BadLine):
        raise given
    if not isinstance(given, dict):
        raise BadLine("", _("Each message is an object with the fields address and so on."))
    if unknown := given.keys() - FIELDS:
        # JSON can write names that no answer could carry.
        name = min(unknown).encode(errors="backslashreplace").decode()
        raise BadLine(name[:LONGEST_FIELD_SHOWN], _("There is no such field."))
    try:
        address = addresses.normalise(channel, _text(given, "address", longest=320))
    except addresses.BadAddress as error:
        raise BadLine("address", str(error)) from error
    return Line(
        number=number,
        address=address,
        country=addresses.country_of(address) if channel == "sms" else "",
        recipient=_text(given, "recipient", longest=128),
        provider_ids=_provider_ids(given),
        sent_at=_time(given.get("sent_at")),
        message_id=_message_id(given),
    )


def _message_id(given: dict[str, Any]) -> int | None:
    text = _text(given, "message", longest=19)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= HIGHEST_ID):
        raise BadLine("message", _("Give the id that came with the message's links."))
    return int(text)


def _text(given: dict[str, Any], name: str, *, longest: int) -> str:
    value = given.get(name)
    if value is None:
        return ""
    return _checked_text(value, name, longest=longest)


def _checked_text(value: Any, name: str, *, longest: int) -> str:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise BadLine(name, _("Give a text."))
    if len(value) > longest:
        raise BadLine(name, _("At most %(longest)d characters.") % {"longest": longest})
    if "\x00" in value or not _is_encodable(value):
        raise BadLine(name, _("The text has a character that cannot be stored."))
    return value


def _is_encodable(value: str) -> bool:
    # JSON can write half of a surrogate pair, which no encoding can.
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _provider_ids(given: dict[str, Any]) -> list[str]:
    name = "provider_message_ids" if "provider_message_ids" in given else "provider_message_id"
    found = given.get(name)
    listed = found if isinstance(found, list) else [found]
    if "provider_message_id" in given and "provider_message_ids" in given:
        raise BadLine(name, _("Give either provider_message_id or provider_message_ids."))
    missing = _("Give the id under which the provider reports on the message.")
    if not listed or any(value is None for value in listed):
        raise BadLine(name, missing)
    if len(listed) > MOST_PARTS:
        raise BadLine(name, _("A message has at most %(most)d parts.") % {"most": MOST_PARTS})
    # Without blanks, as ids are read from callbacks.
    ids = [_checked_text(value, name, longest=255).strip() for value in listed]
    if not all(ids):
        raise BadLine(name, missing)
    if len(set(ids)) < len(ids):
        raise BadLine(name, _("Each part has an id of its own."))
    return ids


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    cure = _("Give an ISO 8601 time with its zone, such as 2026-01-31T12:00:00Z.")
    if not isinstance(value, str):
        raise BadLine("sent_at", cure)
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadLine("sent_at", cure) from error
    if at.tzinfo is None or at.year < EARLIEST_YEAR:
        raise BadLine("sent_at", cure)
    return at


class _Lines:
    """Reads a stream in pieces: looks at its beginning, cuts lines, and is a file for ijson."""

    piece = 65_536

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.buffer = b""
        self.ended = False
        self.first_line = 1

    def first_character(self) -> bytes:
        """Return the first byte that is no white space or mark, without using it up."""
        while not self.ended and len(self.buffer) < len(BYTE_ORDER_MARK):
            self.buffer += self._more()
        self.buffer = self.buffer.removeprefix(BYTE_ORDER_MARK)
        while True:
            rest = self.buffer.lstrip()
            self.first_line += self.buffer.count(b"\n", 0, len(self.buffer) - len(rest))
            self.buffer = rest
            if rest or self.ended:
                return rest[:1]
            self.buffer = self._more()

    def lines(self) -> Iterator[bytes]:
        """Yield the lines; of one that is too long, its beginning only."""
        while not self.ended or self.buffer:
            *whole, self.buffer = self.buffer.split(b"\n")
            yield from whole
            if self.ended:
                if self.buffer:
                    yield self.buffer
                return
            if len(self.buffer) > LONGEST_LINE:
                yield self._skip_to_end_of_line()
            self.buffer += self._more()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, as a file does."""
        if not self.buffer and not self.ended:
            self.buffer = self._more()
        size = len(self.buffer) if size < 0 else size
        found, self.buffer = self.buffer[:size], self.buffer[size:]
        return found

    def _more(self) -> bytes:
        data = self.stream.read(self.piece)
        self.ended = not data
        return data

    def _skip_to_end_of_line(self) -> bytes:
        beginning = self.buffer[: LONGEST_LINE + 1]
        while not self.ended and b"\n" not in self.buffer:
            self.buffer = self._more()
        self.buffer = self.buffer.partition(b"\n")[2]
        return beginning
