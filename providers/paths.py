"""Paths such as data.message.id: what stands there, and writing it there."""

from typing import Any


def at(fields: Any, path: str) -> Any:
    """Return what stands at a path, None where nothing does; a form's names may hold dots."""
    if isinstance(fields, dict) and path in fields:
        return fields[path]
    for part in path.split("."):
        if isinstance(fields, dict):
            fields = fields.get(part)
        elif isinstance(fields, list) and part.isdecimal() and int(part[:4]) < len(fields):
            fields = fields[int(part[:4])]
        else:
            return None
    return fields


def put(item: dict[str, Any], path: str, value: object) -> None:
    """Write a value where a path of names leads."""
    *names, last = path.split(".")
    for name in names:
        item = item.setdefault(name, {})
    item[last] = value
