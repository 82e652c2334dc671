"""What a callback carries, by name: query, form or JSON, read once and fit for the database."""

import json
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote_plus, unquote_to_bytes

from providers.base import BadPayload, Callback

# A callback has some twenty fields; a body of thousands is an attempt to keep us busy.
MAX_FIELDS = 1_000

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

ID_LENGTH = 255
CODE_LENGTH = 64
TEXT_LENGTH = 500
EARLIEST_YEAR, LATEST_YEAR = 1970, 2200
# A message costs less, in any currency; prices are kept in millionths.
PRICE_LENGTH, PRICE_LIMIT, MILLIONTHS = 24, 1_000, 6
# Short codes have up to six digits and belong to one country.
SHORT_CODE_LENGTH = 6
NETWORK_LENGTHS = (5, 6)
# The longest message a handset can write, many times over.
BODY_LENGTH = 10_000


def media_type(callback: Callback) -> str:
    """Return the content type in lower case, without its parameters."""
    return callback.header("content-type").partition(";")[0].strip().lower()


def query(callback: Callback) -> dict[str, str]:
    """Return the fields of the URL's query."""
    return parse(callback.url.partition("#")[0].partition("?")[2])


def form(callback: Callback) -> dict[str, str]:
    """Return the fields of a form body."""
    return parse(callback.body.decode("utf-8", "replace"))


def parse(encoded: str) -> dict[str, str]:
    """Parse `a=1&b=2`; blank values count, and of a repeated name the last one."""
    return dict(pairs(encoded))


def pairs(encoded: str, *, errors: str = "replace") -> list[tuple[str, str]]:
    """Return the names and values of `a=1&b=2`, in order.

    The same as the standard library's `parse_qsl`, in half its time: most values of a callback
    hold nothing that is escaped.
    """
    if encoded.count("&") >= MAX_FIELDS:
        raise BadPayload("body: too many fields")
    found = []
    for pair in encoded.split("&"):
        name, _, value = pair.partition("=")
        if "%" in pair or "+" in pair:
            name, value = _unescaped(name, errors), _unescaped(value, errors)
        if pair:
            found.append((name, value))
    return found


def _unescaped(text: str, errors: str) -> str:
    if text.isascii():
        # All of it is bytes to be decoded; what is not ASCII has to be left out of that.
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8", errors)
    return unquote_plus(text, errors=errors)


def json_body(callback: Callback) -> Any:
    """Return a JSON body."""
    try:
        return json.loads(callback.body)
    except (ValueError, RecursionError) as error:
        raise BadPayload("body: not valid JSON") from error


def json_object(callback: Callback) -> dict[str, Any]:
    """Return a JSON body that must be an object."""
    value = json_body(callback)
    if not isinstance(value, dict):
        raise BadPayload("body: not a JSON object")
    return value


def fields(callback: Callback) -> dict[str, Any]:
    """Return the fields of a form or JSON body, or of the query where the method has no body."""
    if callback.method == "GET":
        return query(callback)
    return json_object(callback) if media_type(callback) == JSON else form(callback)


def text(value: object, *, field: str, length: int = TEXT_LENGTH) -> str:
    """Return a value as text that PostgreSQL takes, at most `length` characters long.

    None is empty.  NUL characters (PostgreSQL refuses them) and halves of surrogate pairs
    (they have no UTF-8) are taken out.
    """
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value[:length]
        return value.encode("utf-8", "ignore").decode().replace("\0", "")[:length]
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        # As long as JSON allows: Python's own limit on digits has been applied when it was read.
        return str(value)[:length]
    raise BadPayload(f"{field}: not a text")


def json_text(value: object, *, field: str) -> dict[str, Any]:
    """Return the JSON object that a text holds."""
    found = _json(value, field=field)
    if not isinstance(found, dict):
        raise BadPayload(f"{field}: not a JSON object")
    return found


def json_text_list(value: object, *, field: str) -> list[Any]:
    """Return the JSON list that a text holds."""
    found = _json(value, field=field)
    if not isinstance(found, list):
        raise BadPayload(f"{field}: not a list")
    return found


def _json(value: object, *, field: str) -> Any:
    if not isinstance(value, str):
        raise BadPayload(f"{field}: not a text")
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise BadPayload(f"{field}: not valid JSON") from error


def missing(field: str) -> BadPayload:
    """Return the error for a field that is not there, or is empty."""
    return BadPayload(f"{field}: missing")


def required(found: str, *, field: str) -> str:
    """Return a text that must not be empty."""
    if not found:
        raise missing(field)
    return found


def message_id(value: object, *, field: str) -> str:
    """Return the provider's id of the message; a missing or overlong one makes the rest useless."""
    found = text(value, field=field, length=ID_LENGTH + 1).strip()
    if not found:
        raise missing(field)
    if len(found) > ID_LENGTH:
        raise BadPayload(f"{field}: longer than {ID_LENGTH} characters")
    return found


def whole_number(value: object, *, most: int = 255) -> int | None:
    """Return a small positive number, None for anything else."""
    digits = str(value) if isinstance(value, int | str) else ""
    if digits.isascii() and digits.isdigit() and len(digits) <= len(str(most)):
        return int(digits) if 0 < int(digits) <= most else None
    return None


def price(value: object) -> Decimal | None:
    """Return the price of a message, None for anything else."""
    written = str(value) if isinstance(value, str | int | float) else ""
    try:
        found = Decimal(written) if len(written) <= PRICE_LENGTH else None
    except InvalidOperation:
        return None
    if found is None or not found.is_finite() or not 0 <= found < PRICE_LIMIT:
        return None
    kept = round(found, MILLIONTHS)
    return found if kept == found else kept


def currency(value: object) -> str:
    """Return a currency of ISO 4217, empty for anything else."""
    is_code = isinstance(value, str) and len(value) == len("EUR") and value.isascii()
    return value.upper() if is_code and isinstance(value, str) and value.isalpha() else ""


def network(value: object) -> str:
    """Return a network's MCC and MNC as its five or six digits, empty for anything else."""
    digits = str(value) if isinstance(value, str | int) else ""
    is_code = digits.isascii() and digits.isdigit() and len(digits) in NETWORK_LENGTHS
    return digits if is_code else ""


def number(value: object, *, field: str) -> str:
    """Return the number of a handset that wrote, with the plus sign that many leave out."""
    found = text(value, field=field, length=ID_LENGTH).strip()
    is_bare = found.isascii() and found.isdigit() and len(found) > SHORT_CODE_LENGTH
    return f"+{found}" if is_bare else found


def inner(value: object) -> dict[str, Any]:
    """Return an object within an object, an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def plausible(moment: datetime) -> datetime | None:
    """Return a time, None where no provider can mean it and other zones could not hold it."""
    return moment if EARLIEST_YEAR <= moment.year < LATEST_YEAR else None
