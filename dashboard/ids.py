"""Ids as forms and addresses carry them, which anybody may have written."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import BadRequest

from deliveries.quarantine_filter import is_id


def read(text: str | None) -> int | None:
    """Return an id; None for what is none."""
    return int(text) if text and is_id(text) else None


def among(texts: Iterable[str]) -> list[int]:
    """Return the ids among texts; what is none finds nothing, and is left out."""
    return [int(text) for text in texts if is_id(text)]


def all_of(texts: Sequence[str]) -> list[int]:
    """Return what has to be ids and nothing else; raise BadRequest."""
    found = among(texts)
    if len(found) < len(texts):
        raise BadRequest
    return found
