"""Personal fields of a text, such as {{first_name}}: which there are, and the text filled in."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

# Where nothing is known of a recipient, what stands behind the bar is written: {{name|friend}}.
_FIELD = re.compile(r"\{\{\s*([^{}|\n]{1,100}?)\s*(?:\|([^{}\n]{0,200}))?\}\}")
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def name(header: str) -> str:
    """Return a field's name in one spelling: "First Name" and "first-name" are first_name."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return _BETWEEN_WORDS.sub("_", folded).strip("_")


def names(text: str) -> list[str]:
    """Return the fields of a text, each once, in their order."""
    found = (name(match[1]) for match in _FIELD.finditer(text))
    return list(dict.fromkeys(filter(None, found)))


def without_default(text: str) -> list[str]:
    """Return the fields that are left empty where a recipient lacks them."""
    found = (name(match[1]) for match in _FIELD.finditer(text) if not (match[2] or "").strip())
    return list(dict.fromkeys(filter(None, found)))


def fill(text: str, fields: Mapping[str, object], *, write: Callable[[str], str] = str) -> str:
    """Return a text with its fields filled in; one that is not known or empty gives its default.

    fields: by their names as `name` spells them.  What is no field stays as it is written.
    write: turns a value into what is written, where a text is no plain one.
    """
    parts = _parts(text)
    if len(parts) == 1:
        return text
    return "".join(
        [part if isinstance(part, str) else write(_said(part, fields)) for part in parts]
    )


class _Field(NamedTuple):
    """A field of a text, by its name, and what stands in for it."""

    name: str
    default: str


@lru_cache(maxsize=256)
def _parts(text: str) -> tuple[str | _Field, ...]:
    """Cut a text into what stays as it is and its fields; many recipients get the same text."""
    parts: list[str | _Field] = []
    end = 0
    for match in _FIELD.finditer(text):
        if key := name(match[1]):
            parts += [text[end : match.start()], _Field(key, (match[2] or "").strip())]
            end = match.end()
    return (*parts, text[end:])


def _said(field: _Field, fields: Mapping[str, object]) -> str:
    given = fields.get(field.name)
    return ("" if given is None else str(given).strip()) or field.default
