"""Times as providers write them: ISO 8601 in its dialects, and counted since 1970."""

from datetime import UTC, datetime, timedelta, tzinfo

from providers import forms

# Longer than any time with its fraction and its zone.
LONGEST = 40
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# No second has had so many digits, no millisecond of this century so few.
LEAST_MILLISECONDS, MOST_DIGITS = 10**11, 14


def iso(value: object, *, zone: tzinfo | None = None) -> datetime | None:
    """Read a time, None where it cannot be read; one without a zone is read in `zone`, if any.

    An offset may stand without its colon (Infobip), and its plus sign may have become a blank,
    as it does in a query where nobody escaped it.
    """
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    day, blank, offset = value.rpartition(" ")
    if blank and "T" in day:
        value = f"{day}+{offset}"
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        if zone is None:
            return None
        moment = moment.replace(tzinfo=zone)
    return forms.plausible(moment)


def epoch(value: object) -> datetime | None:
    """Read seconds or milliseconds since 1970, told apart by their size."""
    digits = str(value) if isinstance(value, int | str) else ""
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MOST_DIGITS:
        return None
    number = int(digits)
    milliseconds = number if number >= LEAST_MILLISECONDS else 1000 * number
    return forms.plausible(EPOCH + timedelta(milliseconds=milliseconds))
