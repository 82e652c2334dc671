"""What a qualification said when: a pure function of its changes and of when an event was written.

A change and the writing of an event never overlap (the row is locked), so their ids, which grow
with time, tell which came first.
"""

from collections.abc import Sequence
from typing import NamedTuple

# Written after every event there is: a change that is only thought of.
NOT_YET = 2**63 - 1


class Ruling(NamedTuple):
    """What a qualification says: its status, the type and reason in force, and plain words."""

    status: str
    failure_type: int
    reason: int
    text: str


class Change(NamedTuple):
    """One change of a qualification; judges_history: it holds for what was written before too."""

    id: int
    before: Ruling
    after: Ruling
    judges_history: bool


def in_force(event_id: int, *, changes: Sequence[Change], now: Ruling) -> Ruling:
    """Return what holds for an event, given the changes that were not undone, oldest first.

    Leaving a change out of the sequence undoes it exactly.  now: what holds where there was none.
    """
    ruling = changes[0].before if changes else now
    for change in changes:
        if change.judges_history or event_id > change.id:
            ruling = change.after
    return ruling
