"""What rules of exclusion judge, and what they find."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from messaging.failures import Reason
from sending.ruleset import Ruleset


class Case(NamedTuple):
    """What is judged: a delivery, the rules, its text, and the time by which is judged."""

    delivery_id: int
    channel: str
    ruleset: Ruleset
    salt: str
    # The fields that the text needs: those that have no default in it.
    needed: Sequence[str]
    at: datetime
    # When people will read it, as far as is known.
    contact_at: datetime


class Exclusion(NamedTuple):
    """Lines that a rule finds: a query of line, text and cause (jsonb)."""

    reason: Reason
    rule: str
    query: str
    values: Sequence[Any] = ()
    # Only told in the journal: nobody is left out.
    warns: bool = False
