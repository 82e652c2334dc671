"""What stands in rows in English, and is said in the language of whoever reads it.

Rows are written once and read by many, so they keep one language.  What is not ours, such as the
words of a provider or the name of a filter, is shown as it is.
"""

import re
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext_noop, pgettext_lazy

from providers import courier, submissions

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NO_ADDRESS = gettext_noop("No address is given.")
INVALID = gettext_noop("The address is not a valid one.")
NOT_MOBILE = gettext_noop("The number is not one of a mobile phone.")
DOUBLE = gettext_noop("The address is that of line {line} already.")
DENYLISTED = gettext_noop("The recipient wants to receive nothing more.")
DENYLISTED_SINCE = gettext_noop("The recipient wants to receive nothing more, since {day}.")
QUARANTINED = gettext_noop("The recipient cannot be reached.")
QUARANTINED_SINCE = gettext_noop("The recipient cannot be reached, since {day}.")
CONTROL = gettext_noop("Member of the control group.")
FILTERED = gettext_noop("Left out by the filter “{name}” on the field {field}.")
MISSING_FIELD = gettext_noop("The text needs the field {field}, which is empty.")
COUNTRY = gettext_noop("Numbers of {country} are not written to.")
NO_COUNTRY = gettext_noop("Numbers of no country are not written to.")
QUIET = gettext_noop("It is between {start} and {end} at the contact date.")
PRESSURE = gettext_noop("Messages in the last {days} days already: {count}.")
SIZE_LIMIT = gettext_noop("The delivery is limited to {limit} messages.")

AMBIGUOUS = gettext_noop(
    "Several columns may hold the address: {names}. Say which one does: ?address=NAME."
)
BAD_QUOTES = gettext_noop("The line cannot be read: look at its quotes.")
OPEN_QUOTE = gettext_noop("A quote is opened, and not closed again.")
TOO_WIDE = gettext_noop(
    "It has {values} values for {columns} columns: quote what holds a “{sign}”."
)
LONG_LINE = gettext_noop("The line is too long.")
LONG_ADDRESS = gettext_noop("The address or the reference is too long.")
LONG_VALUE = gettext_noop("A value is longer than {most} signs.")
NO_OBJECT = gettext_noop("This line is not a JSON object.")
NO_TEXT = gettext_noop("{name} is a list or an object: give a text or a number.")
UNREADABLE_SIGN = gettext_noop("A character cannot be read: look at the encoding of the file.")

LOST = gettext_noop("The worker ended before the answer was there.")
SENT = gettext_noop("An operator says it was sent.")
NOT_SENT = gettext_noop("An operator says it was not sent.")

WORKER_DIED = gettext_noop("The worker has died {tries} times.")
CLOCK_WENT_BACK = gettext_noop(
    "The clock of the database has gone back to before this delivery: wait for it."
)
UNFORESEEN = gettext_noop("An unforeseen error: the log of the worker tells it.")

# The more special before the more general.
_SENTENCES = (
    NO_ADDRESS, INVALID, NOT_MOBILE, DOUBLE, DENYLISTED, DENYLISTED_SINCE, QUARANTINED,
    QUARANTINED_SINCE, CONTROL, FILTERED, MISSING_FIELD, NO_COUNTRY, COUNTRY, QUIET, PRESSURE,
    SIZE_LIMIT, AMBIGUOUS, BAD_QUOTES, OPEN_QUOTE, TOO_WIDE, LONG_LINE, LONG_ADDRESS, LONG_VALUE,
    NO_OBJECT, NO_TEXT, UNREADABLE_SIGN, LOST, SENT, NOT_SENT, WORKER_DIED, CLOCK_WENT_BACK,
    UNFORESEEN,
    *courier.SENTENCES, submissions.UNREADABLE,
)  # fmt: skip

# The rules that everybody has; filters are called as people call them.
_RULES: "dict[str, StrOrPromise]" = {
    "address": pgettext_lazy("rule", "address"),
    "invalid address": pgettext_lazy("rule", "invalid address"),
    "mobile only": pgettext_lazy("rule", "mobile only"),
    "double": pgettext_lazy("rule", "double"),
    "denylist": pgettext_lazy("rule", "denylist"),
    "quarantine": pgettext_lazy("rule", "quarantine"),
    "control group": pgettext_lazy("rule", "control group"),
    "missing field": pgettext_lazy("rule", "missing field"),
    "pressure": pgettext_lazy("rule", "pressure"),
    "quiet hours": pgettext_lazy("rule", "quiet hours"),
    "allowed countries": pgettext_lazy("rule", "allowed countries"),
    "size limit": pgettext_lazy("rule", "size limit"),
}

# What holds whatever a typology says.
_OF_EVERYBODY = ("address", "invalid address", "double", "denylist", "quarantine", "missing field")


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(sentence)), re.DOTALL)


_PATTERNS = [(_pattern(sentence), sentence) for sentence in _SENTENCES]


def told(text: str) -> str:
    """Return a text of a row in the language of whoever reads it."""
    for pattern, sentence in _PATTERNS:
        if found := pattern.fullmatch(text):
            return translation.gettext(sentence).format(**found.groupdict())
    return text


def rule(name: str) -> str:
    """Return what a rule of exclusion is called."""
    return str(_RULES.get(name, name))


def is_of_typology(name: str) -> bool:
    """Tell whether a rule of exclusion is set by a typology."""
    return name not in _OF_EVERYBODY
