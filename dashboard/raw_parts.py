"""A raw callback cut into what people read: pairs of a form, indented JSON, or plain text."""

import json
from dataclasses import dataclass
from urllib.parse import parse_qsl

from ingestion.raw import RawCallback

# Stored without them already; a page must not be the place where that turns out to be untrue.
SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie")
# A form of more fields is shown as it came.
MOST_FIELDS = 1_000


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one request; `fields` only where the body is a form, `text` elsewhere."""

    headers: list[tuple[str, str]]
    query: list[tuple[str, str]]
    fields: list[tuple[str, str]]
    text: str


def of(raw: RawCallback) -> Parts:
    """Cut a callback into its parts; what cannot be understood is shown as it came."""
    headers = sorted(
        (name, value) for name, value in raw.headers.items() if name.lower() not in SECRET_HEADERS
    )
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    fields = _pairs(raw.body) if kind.startswith("application/x-www-form-urlencoded") else []
    return Parts(
        headers=headers,
        query=_pairs(raw.query),
        fields=fields,
        text="" if fields else _readable(raw.body),
    )


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            text, keep_blank_values=True, errors="backslashreplace", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return []


def _readable(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body
