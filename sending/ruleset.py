"""What a typology says: the rules of one version, read from JSON and written to it."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import phonenumbers
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging import personal

MOST_FILTERS = 50
LONGEST_NAME = 100
LONGEST_VALUE = 500
MOST_DAYS = 365
MOST_PERCENT = 50
MOST_NUMBER = 1_000_000_000


class Operator(TextChoices):
    """How a filter compares a recipient's field with its value; letters' case makes none."""

    IS = "is", gettext_lazy("is")
    IS_NOT = "is_not", gettext_lazy("is not")
    ONE_OF = "one_of", gettext_lazy("is one of (comma between)")
    CONTAINS = "contains", gettext_lazy("contains")
    STARTS_WITH = "starts_with", gettext_lazy("begins with")
    BELOW = "below", gettext_lazy("is below (number)")
    ABOVE = "above", gettext_lazy("is above (number)")
    EMPTY = "empty", gettext_lazy("is empty")
    FILLED = "filled", gettext_lazy("is not empty")


class Action(TextChoices):
    """What a rule does about those it finds."""

    WARN = "warn", gettext_lazy("Warn in the journal")
    EXCLUDE = "exclude", gettext_lazy("Leave out")


WITHOUT_VALUE = (Operator.EMPTY, Operator.FILLED)
WITH_NUMBER = (Operator.BELOW, Operator.ABOVE)
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?\Z")


class Filter(NamedTuple):
    """Leaves out recipients whose field compares so."""

    name: str
    field: str
    operator: str
    value: str


class Ruleset(NamedTuple):
    """The rules of a version; None, an empty text or an empty list where a rule is off."""

    default_country: str = ""
    mobile_only: bool = True
    control_percent: float = 0.0
    filters: tuple[Filter, ...] = ()
    pressure_messages: int | None = None
    pressure_days: int | None = None
    countries: tuple[str, ...] = ()
    countries_action: str = str(Action.EXCLUDE)
    quiet_from: str = ""
    quiet_to: str = ""
    quiet_action: str = str(Action.WARN)
    size_limit: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept and shown."""
        return self._asdict() | {
            "filters": [each._asdict() for each in self.filters],
            "countries": list(self.countries),
        }

    def is_quiet(self, at: datetime, *, zone: str) -> bool:
        """Tell whether a time lies in the quiet hours, by the clock of a time zone."""
        start, end = time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_to)
        now = at.astimezone(ZoneInfo(zone)).time()
        return start <= now < end if start <= end else now >= start or now < end


class BadRuleset(Exception):
    """The rules cannot be; `errors` says why, by the name of the field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


class _Bad(Exception):
    """One value cannot be; the text says why."""


def read(given: Mapping[str, Any]) -> Ruleset:
    """Return the rules that were given; what is left out is off. Raises BadRuleset."""
    values: dict[str, Any] = {}
    errors = {
        str(name)[:LONGEST_NAME]: _("There is no such rule.")
        for name in given
        if name not in _READERS
    }
    for name, reader in _READERS.items():
        if name not in given or given[name] is None or given[name] == "":
            continue
        try:
            values[name] = reader(given[name])
        except _Bad as error:
            errors[name] = str(error)
    for one, other in (("pressure_messages", "pressure_days"), ("quiet_from", "quiet_to")):
        for this, that in ((one, other), (other, one)):
            if values.get(this) and not values.get(that) and that not in errors:
                errors[that] = _("Give both, or neither.")
    if errors:
        raise BadRuleset(errors)
    return Ruleset(**values)


def _country(given: Any) -> str:
    code = str(given).strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise _Bad(_("Give a country by its two letters, such as IT."))
    return code


def _countries(given: Any) -> tuple[str, ...]:
    listed = re.split(r"[\s,;]+", given.strip(" ,;")) if isinstance(given, str) else given
    if not isinstance(listed, list | tuple):
        raise _Bad(_("Give a list of countries, each by its two letters, such as IT."))
    return tuple(sorted({_country(each) for each in listed if each != ""}))


def _truth(given: Any) -> bool:
    if not isinstance(given, bool):
        raise _Bad(_("Give true or false."))
    return given


def _percent(given: Any) -> float:
    try:
        value = float(given)
    except (TypeError, ValueError):
        value = -1.0
    if isinstance(given, bool) or not 0 <= value <= MOST_PERCENT:
        raise _Bad(_("Give a percentage from 0 to %(most)d.") % {"most": MOST_PERCENT})
    return round(value, 2)


def _number(most: int) -> Any:
    def reader(given: Any) -> int:
        text = str(given).strip()
        whole = text.isascii() and text.isdigit() and not isinstance(given, bool)
        if not whole or not 0 < int(text) <= most:
            raise _Bad(_("Give a whole number from 1 to %(most)d.") % {"most": most})
        return int(text)

    return reader


def _hour(given: Any) -> str:
    try:
        return time.fromisoformat(str(given)).strftime("%H:%M")
    except ValueError as error:
        raise _Bad(_("Give a time of the day, such as 21:00.")) from error


def _action(given: Any) -> str:
    if given not in Action.values:
        raise _Bad(_("Give warn or exclude."))
    return str(given)


def _filters(given: Any) -> tuple[Filter, ...]:
    if not isinstance(given, list | tuple) or len(given) > MOST_FILTERS:
        raise _Bad(_("Give a list of at most %(most)d filters.") % {"most": MOST_FILTERS})
    found = tuple(map(_filter, given))
    if len({each.name for each in found}) < len(found):
        raise _Bad(_("Two filters have the same name: exclusions tell them apart by it."))
    return found


def _filter(given: Any) -> Filter:
    if not isinstance(given, dict) or not given.keys() <= set(Filter._fields):
        raise _Bad(_("Each filter has name, field, operator and value."))
    name, field, operator, value = (
        str(given.get(each, "")).strip().replace("\0", "") for each in Filter._fields
    )
    field = personal.name(field)
    if not name or not field or len(name) > LONGEST_NAME or len(value) > LONGEST_VALUE:
        raise _Bad(_("Each filter has a name (up to 100 characters) and a field."))
    if operator not in Operator.values:
        known = ", ".join(Operator.values)
        raise _Bad(_("The operator is one of %(known)s.") % {"known": known})
    if operator in WITHOUT_VALUE:
        value = ""
    elif not value:
        raise _Bad(_("The filter “%(name)s” compares with nothing: give a value.") % {"name": name})
    elif operator in WITH_NUMBER and not _NUMBER.match(value):
        raise _Bad(_("The filter “%(name)s” compares numbers: give one.") % {"name": name})
    return Filter(name, field, operator, value)


_READERS: Mapping[str, Any] = {
    "default_country": _country,
    "mobile_only": _truth,
    "control_percent": _percent,
    "filters": _filters,
    "pressure_messages": _number(1000),
    "pressure_days": _number(MOST_DAYS),
    "countries": _countries,
    "countries_action": _action,
    "quiet_from": _hour,
    "quiet_to": _hour,
    "quiet_action": _action,
    "size_limit": _number(MOST_NUMBER),
}
