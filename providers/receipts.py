"""The SMPP 3.4 delivery receipt: its text, its states, the error names of its protocol.

The text (appendix B of the specification) is an example, not a standard: dialects differ in
fields, order, dates and ids.  Kannel, Jasmin and plain SMPP gateways hand it on over HTTP.
"""

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.statuses import MessageStatus
from providers import forms
from providers.base import CredentialField, Credentials
from providers.codes import Code

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# A receipt's text is at most 254 octets, or a message_payload; nothing of use stands further on.
RECEIPT_LENGTH = 2_000
WITH_CENTURY_AND_SECONDS = 14

TIMEZONE = CredentialField(
    "timezone",
    _("Time zone"),
    _("Zone of the dates in receipts, such as Europe/Rome: receipts do not tell it. Default: UTC."),
)


class State(NamedTuple):
    """What a final or intermediate state of a message means."""

    status: MessageStatus | None
    failure: FailureClass | None = None


ACCEPTED = State(MessageStatus.ACCEPTED)
SENT = State(MessageStatus.SENT)
DELIVERED = State(MessageStatus.DELIVERED)
EXPIRED = State(MessageStatus.FAILED, FailureClass.EXPIRED)
FAILED = State(MessageStatus.FAILED, FailureClass.UNDEFINED)
REJECTED = State(MessageStatus.FAILED, FailureClass.REFUSED)
SILENT = State(None)

# By the seven letters of the text, by the names of the specification (some centres write them in
# full) and by the numbers of the TLV message_state.  Unknown is no information: it moves nothing.
STATES = {
    "ENROUTE": SENT,
    "DELIVRD": DELIVERED,
    "EXPIRED": EXPIRED,
    "DELETED": FAILED,
    "UNDELIV": FAILED,
    "ACCEPTD": ACCEPTED,
    "UNKNOWN": SILENT,
    "REJECTD": REJECTED,
    "DELIVERED": DELIVERED,
    "UNDELIVERABLE": FAILED,
    "ACCEPTED": ACCEPTED,
    "REJECTED": REJECTED,
    # Not in the specification, yet seen (vumi's and jsmpp's tests) and without another reading:
    # DND is a register of people who want no such messages.
    "FAILED": FAILED,
    "DND_REJECTED": State(MessageStatus.FAILED, FailureClass.OPTED_OUT),
    "1": SENT,
    "2": DELIVERED,
    "3": EXPIRED,
    "4": FAILED,
    "5": FAILED,
    "6": ACCEPTED,
    "7": SILENT,
    "8": REJECTED,
}

# command_status of the answer to a submission: number, name, meaning (SMPP 3.4, 5.1.3).
_COMMAND_STATUSES = (
    (0x01, "ESME_RINVMSGLEN", FailureClass.SENDER_SIDE, _("The message has an invalid length")),
    (0x02, "ESME_RINVCMDLEN", FailureClass.SENDER_SIDE, _("The command has an invalid length")),
    (0x03, "ESME_RINVCMDID", FailureClass.SENDER_SIDE, _("The command is not known")),
    (0x08, "ESME_RSYSERR", FailureClass.UNREACHABLE, _("The message centre has an error")),
    (0x0A, "ESME_RINVSRCADR", FailureClass.SENDER_SIDE, _("The sender is not allowed")),
    (0x0B, "ESME_RINVDSTADR", FailureClass.USER_UNKNOWN, _("The recipient's number is invalid")),
    (0x0D, "ESME_RBINDFAIL", FailureClass.SENDER_SIDE, _("The connection was refused")),
    (0x0E, "ESME_RINVPASWD", FailureClass.SENDER_SIDE, _("The gateway's password is wrong")),
    (0x0F, "ESME_RINVSYSID", FailureClass.SENDER_SIDE, _("The gateway's name is wrong")),
    (0x14, "ESME_RMSGQFUL", FailureClass.UNREACHABLE, _("The message centre's queue is full")),
    (0x33, "ESME_RINVNUMDESTS", FailureClass.SENDER_SIDE, _("The number of recipients is invalid")),
    (0x45, "ESME_RSUBMITFAIL", FailureClass.UNDEFINED, _("The message centre refused the message")),
    (0x48, "ESME_RINVSRCTON", FailureClass.SENDER_SIDE, _("The sender's type is invalid")),
    (0x49, "ESME_RINVSRCNPI", FailureClass.SENDER_SIDE, _("The sender's numbering is invalid")),
    (0x50, "ESME_RINVDSTTON", FailureClass.SENDER_SIDE, _("The recipient's type is invalid")),
    (0x51, "ESME_RINVDSTNPI", FailureClass.SENDER_SIDE, _("The recipient's numbering is invalid")),
    (0x58, "ESME_RTHROTTLED", FailureClass.SENDER_SIDE, _("Messages were sent too fast")),
    (0x61, "ESME_RINVSCHED", FailureClass.SENDER_SIDE, _("The time of sending is invalid")),
    (0x62, "ESME_RINVEXPIRY", FailureClass.SENDER_SIDE, _("The validity is invalid")),
    (0xFE, "ESME_RDELIVERYFAILURE", FailureClass.UNDEFINED, _("The message was not delivered")),
    (0xFF, "ESME_RUNKNOWNERR", FailureClass.UNDEFINED, _("The message centre has no reason")),
)
COMMAND_NAMES = {number: name for number, name, *_rest in _COMMAND_STATUSES}
COMMAND_CODES = {name: Code(failure, title) for _n, name, failure, title in _COMMAND_STATUSES}

# What `err:` holds has no table of ours, on purpose: the same number means opposite things at
# different operators (001 is an unknown subscriber in GSM MAP, an absent one at Twilio).
OPERATOR_CODE = Code(
    FailureClass.UNDEFINED,
    _("An operator's own error code"),
    _("Each operator numbers its errors as it likes: the same number means different things."),
    _("Ask your operator for its table, then qualify the error for this kind of account."),
)


class Receipt(NamedTuple):
    """The fields of a receipt's text, as written; empty where there are none."""

    id: str
    word: str
    error: str
    done: str


def _field(name: str) -> re.Pattern[str]:
    # The first one counts: the sent message's own text stands last and may hold `stat:` too.
    # One blank after the colon is seen, unless the field is empty and the next one follows.
    blank = r"(?:[ ](?=[^\s:]+(?:\s|$)))?"
    return re.compile(rf"(?:^|[\s,;|]){name}:{blank}([^\s,;|]+)", re.IGNORECASE)


_ID = _field("id")
_WORD = _field("stat")
_ERROR = _field("err")
_DONE = _field("done date")


def read(text: str) -> Receipt:
    """Read a receipt's text, in any order of its fields."""
    text = text[:RECEIPT_LENGTH].replace("\0", " ")
    return Receipt(find(_ID, text), find(_WORD, text), find(_ERROR, text), find(_DONE, text))


def find(pattern: re.Pattern[str], text: str) -> str:
    """Return what a pattern's first group catches, empty where it catches nothing."""
    match = pattern.search(text)
    return (match.group(1) or "") if match else ""


def state(word: str) -> State:
    """Return what a state means, whatever its case; a word we do not know moves nothing."""
    return STATES.get(word) or STATES.get(word.upper(), SILENT)


def occurred_at(digits: str, *, zone: tzinfo) -> datetime | None:
    """Read a date of 10, 12 or 14 digits, None where it cannot be read.

    Twelve are YYMMDDhhmmss, or YYYYMMDDhhmm where they cannot be that (jasmin's tests have
    201506201641).
    """
    if len(digits) not in (10, 12, WITH_CENTURY_AND_SECONDS) or not (
        digits.isascii() and digits.isdigit()
    ):
        return None
    if len(digits) == WITH_CENTURY_AND_SECONDS:
        return _moment(digits, zone=zone)
    return _moment(f"20{digits}", zone=zone) or _moment(digits, zone=zone)


def _moment(digits: str, *, zone: tzinfo) -> datetime | None:
    """Read YYYYMMDDhhmm and, where there are any, seconds."""
    try:
        moment = datetime(
            int(digits[:4]),
            int(digits[4:6]),
            int(digits[6:8]),
            int(digits[8:10]),
            int(digits[10:12]),
            int(digits[12:] or 0),
            tzinfo=zone,
        )
    except ValueError:
        return None
    return forms.plausible(moment)


@lru_cache
def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder, a path, a name that is not there
        return None


def zone_of(credentials: Credentials) -> tzinfo:
    """Return the zone of the account's receipts."""
    name = credentials.get("timezone")
    return (_zone(name) if name else None) or UTC


def timezone_faults(credentials: Credentials) -> "dict[str, StrOrPromise]":
    """Return what is wrong with the account's time zone."""
    name = credentials.get("timezone")
    if name and _zone(name) is None:
        return {"timezone": _("There is no such time zone. Write it like Europe/Rome.")}
    return {}
