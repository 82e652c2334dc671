"""Reading the lines of an import: an address each, and what is to become of it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from messaging import addresses
from messaging.channels import Channel
from messaging.failures import Reason
from messaging.sheets import LONGEST_LINE, Row
from messaging.statuses import AddressStatus
from quarantine import sheet

LONGEST_TEXT = 500
# Nobody was left alone before there were messages; times of year 1 can be told in no other zone.
OLDEST = datetime(1970, 1, 1, tzinfo=UTC)
QUARANTINE, DENYLISTED = str(AddressStatus.QUARANTINE), str(AddressStatus.DENYLISTED)
# What this and other systems call what an address becomes.
STATUSES = {
    "quarantine": QUARANTINE, "quarantined": QUARANTINE,
    "denylisted": DENYLISTED, "denylist": DENYLISTED, "blacklisted": DENYLISTED,
    "blacklist": DENYLISTED, "blocklisted": DENYLISTED, "blocklist": DENYLISTED,
    "blocked": DENYLISTED,
}  # fmt: skip
HEADERS = {
    "address": "address", "phone": "address", "number": "address", "mobile": "address",
    "email": "address", "e-mail": "address", "msisdn": "address", "phone number": "address",
    "telefono": "address", "cellulare": "address", "numero": "address",
    "channel": "channel", "status": "status", "reason": "reason", "text": "text",
    "comment": "text", "note": "text", "why": "text", "date": "date", "created": "date",
    "created_at": "date", "at": "date",
}  # fmt: skip
_REASONS = {reason.api_name: int(reason) for reason in Reason}


class Line(NamedTuple):
    """A line as it is staged, in the order of its columns; field and fault: why it is not taken."""

    line: int
    channel: str = ""
    address: str = ""
    status: str = ""
    reason: int = 0
    text: str = ""
    at: datetime | None = None
    field: str = ""
    fault: str = ""


class BadTable(Exception):
    """A table as a whole cannot be read as addresses; the text says why, and the cure."""


class _Fault(Exception):
    """What is wrong with a line; field: which of its columns."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def read(rows: Iterable[Row], *, usual: str, now: datetime) -> Iterator[Line]:
    """Yield what rows say, those that cannot be taken with their fault.

    usual: the status of lines that name none.  A first row that names columns says their order;
    without one it is that of an export.  Raises BadTable where nothing can be read by its columns.
    """
    columns: tuple[str, ...] = ()
    is_empty = True
    for row in rows:
        if row.cells is None:
            is_empty = False
            yield Line(row.first, fault=_unreadable(row))
            continue
        cells = [sheet.bare(cell.strip()) for cell in row.cells]
        if not columns:
            columns = _headers(cells, line=row.first)
            if columns:
                continue
            columns = sheet.COLUMNS
        is_empty = False
        values = dict(zip(columns, cells, strict=False))
        try:
            yield _line(row.first, values, usual=usual, now=now)
        except _Fault as fault:
            yield Line(row.first, field=fault.field, fault=str(fault))
    if is_empty:
        raise BadTable(_("The table is empty: give one address a line."))


def _unreadable(row: Row) -> str:
    if row.too_long:
        return _("A line has at most %(most)d signs.") % {"most": LONGEST_LINE}
    text = _("A quote is opened and not closed: lines %(first)d to %(last)d are not read.")
    return text % {"first": row.first, "last": row.last}


def _headers(cells: list[str], *, line: int) -> tuple[str, ...]:
    """Return the columns that a first row names; none where it is an address itself."""
    where = next((place for place, cell in enumerate(cells, 1) if _is_address(cell)), None)
    if where:
        if where > 1 and any(sign in cells[where - 1] for sign in "+@"):
            text = _("Line %(line)d has the address in column %(column)d: name the columns first.")
            raise BadTable(text % {"line": line, "column": where})
        return ()
    named = tuple(HEADERS.get(cell.casefold(), "") for cell in cells)
    if "address" not in named and (any(named) or not _holds_digits(cells)):
        known = ", ".join(name for name, column in HEADERS.items() if column == "address")
        text = _("Line %(line)d names no column with the address: call it one of %(known)s.")
        raise BadTable(text % {"line": line, "known": known})
    if twice := next((name for name in named if name and named.count(name) > 1), ""):
        raise BadTable(_("Two columns are the %(name)s: keep one of them.") % {"name": twice})
    return named if "address" in named else ()


def _is_address(cell: str) -> bool:
    try:
        addresses.normalise(addresses.channel_of(cell), cell)
    except addresses.BadAddress:
        return False
    return True


def _holds_digits(cells: list[str]) -> bool:
    return any(sign.isdecimal() for cell in cells for sign in cell)


def _line(number: int, values: Mapping[str, str], *, usual: str, now: datetime) -> Line:
    address = values.get("address", "")
    channel = values.get("channel", "").casefold()
    if not channel:
        channel = str(Channel.EMAIL if "@" in address else Channel.SMS)
    if channel not in Channel.values:
        known = ", ".join(Channel.values)
        raise _Fault("channel", _("Unknown value. Known: %(known)s.") % {"known": known})
    try:
        spelled = addresses.normalise(channel, address)
    except addresses.BadAddress as error:
        raise _Fault("address", str(error)) from error
    reason = values.get("reason", "")
    text = values.get("text", "")
    if reason.casefold() not in _REASONS:
        text = ": ".join(filter(None, (reason, text)))
    if len(text) > LONGEST_TEXT:
        raise _Fault("text", _("At most %(number)d characters.") % {"number": LONGEST_TEXT})
    return Line(
        line=number,
        channel=channel,
        address=spelled,
        status=_status(values.get("status", ""), usual),
        reason=_REASONS.get(reason.casefold(), int(Reason.UNDEFINED)),
        text=text,
        at=_date(values.get("date", ""), now),
    )


def _status(text: str, usual: str) -> str:
    if not text:
        return usual
    status = STATUSES.get(text.casefold())
    if status is None:
        raise _Fault(
            "status", _("Only quarantine and denylisted are taken over: give one of them.")
        )
    return status


def _date(text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        at = parse_datetime(text) or datetime.combine(date.fromisoformat(text), time.min)
    except ValueError as error:
        cure = _("Write the date as 2026-11-23 or 2026-11-23T10:15:00Z.")
        raise _Fault("date", cure) from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if at > now:
        raise _Fault("date", _("The date lies in the future: check it."))
    if at < OLDEST:
        raise _Fault("date", _("The date lies before 1970: check it."))
    return at
