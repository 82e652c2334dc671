"""One request with several reports: a bad one does not keep the good ones from being read."""

from collections.abc import Callable, Iterator
from typing import Any

from messaging.reports import Report
from providers import forms
from providers.base import BadPayload


def read(
    items: object, *, field: str, report: Callable[[dict[str, Any]], Report]
) -> Iterator[Report]:
    """Translate the objects of a list; raise BadPayload for the first bad one, after the good."""
    faults = []
    for position, item in enumerate(listed(items, field=field)):
        try:
            yield report(_object(item))
        except BadPayload as error:
            faults.append(f"{field}[{position}].{error}")
    if faults:
        raise BadPayload(faults[0])


def listed(items: object, *, field: str) -> list[Any]:
    """Return a list that is not longer than a callback can mean it."""
    if not isinstance(items, list):
        raise BadPayload(f"{field}: not a list")
    if len(items) > forms.MAX_FIELDS:
        raise BadPayload(f"{field}: too many items")
    return items


def _object(item: object) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise BadPayload("item: not an object")
    return item
