"""A stored callback as it came, for people who want to see for themselves."""

import json
from dataclasses import dataclass
from datetime import datetime

from ingestion import inbox


@dataclass(frozen=True, slots=True)
class RawCallback:
    """One request: headers without secrets; body decoded, bytes that are no UTF-8 escaped."""

    entry_id: int
    account_id: int
    method: str
    query: str
    headers: dict[str, str]
    body: str
    received_at: datetime


def entry(*, entry_id: int) -> RawCallback | None:
    """Read a stored callback; None where its day has been dropped."""
    found = inbox.load({entry_id: (0, False)})
    if not found:
        return None
    stored = found[0]
    return RawCallback(
        entry_id=stored.id,
        account_id=stored.account_id,
        method=stored.method,
        query=stored.query,
        headers=json.loads(stored.headers) if stored.headers else {},
        body=bytes(stored.body).decode("utf-8", errors="backslashreplace"),
        received_at=stored.received_at,
    )
