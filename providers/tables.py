"""A small table among an account's credentials: an object in JSON, `word=meaning` in a form."""

import re
from functools import lru_cache
from typing import Any

_SEPARATORS = re.compile(r"[,;\n]")


def read(value: Any) -> dict[str, str]:
    """Return a table, whichever way it was entered; an empty one where there is none."""
    return value if isinstance(value, dict) else _parsed(value or "")


def written(value: Any) -> str:
    """Return a table as a form shows it."""
    return ", ".join(f"{word}={meaning}" for word, meaning in read(value).items())


@lru_cache
def _parsed(text: str) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in _SEPARATORS.split(text) if entry.strip())
    return {word.strip(): meaning.strip() for word, _equals, meaning in pairs}
