"""Who would be left alone, and who no longer, had other rules decided since then.

Only failures about which the rules differ are decided anew; whatever else is known of their
addresses (other facts, what people decided, words, incidents) stays as it is.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import NamedTuple

from django.db import transaction

from messaging.channels import Channel
from messaging.failures import FailureType, Reason
from quarantine import reckoning, rulebook, rules
from quarantine.reckoning import Moved, Subject
from quarantine.rules import Ruling, Rulings

__all__ = ["LOOKS_BACK", "Messages", "Moved", "Outlook", "Subject", "tell"]
LOOKS_BACK = timedelta(days=90)
SAMPLE = 5


class Messages(NamedTuple):
    """Asks for what became of messages, which are above this package.

    failures: lays those about these subjects since then into the table `reckoning.ENDS`;
    successes: those of the addresses in it, since the first failure of each.
    """

    failures: Callable[[Collection[Subject], datetime], None]
    successes: Callable[[datetime], None]


@dataclass(slots=True)
class Outlook:
    """How many would be left alone, or no longer; with the first ones of each.

    unchanged: how many with a failure that would be decided otherwise would be left alone, or not,
    as before.
    """

    since: datetime
    enter: int = 0
    leave: int = 0
    unchanged: int = 0
    entering: list[Moved] = field(default_factory=list)
    leaving: list[Moved] = field(default_factory=list)

    @property
    def looked_at(self) -> int:
        """Return all addresses with a failure that would be decided otherwise."""
        return self.enter + self.leave + self.unchanged


class _Change(NamedTuple):
    """What would be decided otherwise; decides: by subject, None to ignore it."""

    decides: Mapping[Subject, Ruling | None]
    # Ignored today, so that only the messages know of them.
    unheard: Collection[Subject]


@transaction.atomic
def tell(wanted: Rulings, *, messages: Messages, at: datetime) -> Outlook:
    """Return what rules would have done in the place of those in force; writes nothing."""
    change = _change(wanted)
    outlook = Outlook(at - LOOKS_BACK)
    if not change.decides:
        return outlook
    reckoning.open_ends()
    if change.unheard:
        messages.failures(change.unheard, outlook.since)
        reckoning.close_ends()
        messages.successes(outlook.since)
        reckoning.close_ends()
    ruled = {rule.id: rule for rule in change.decides.values() if rule}
    for group in reckoning.reckon(
        change.decides, rulebook.all_versions() | ruled, since=outlook.since, sample=SAMPLE
    ):
        if group.way == "enter":
            outlook.enter, outlook.entering = group.addresses, group.first
        elif group.way == "leave":
            outlook.leave, outlook.leaving = group.addresses, group.first
        else:
            outlook.unchanged = group.addresses
    return outlook


def _change(wanted: Rulings) -> _Change:
    before = rulebook.in_force()
    decides, unheard = {}, set()
    for channel, failure_type, reason in product(Channel.values, FailureType, Reason):
        subject = Subject(channel, int(failure_type), int(reason))
        if subject[1:] == (FailureType.HARD, Reason.DENYLISTED):
            continue  # An opt-out, which no rule decides about.
        old, new = before.deciding(**subject._asdict()), wanted.deciding(**subject._asdict())
        if _effect(old) == _effect(new):
            continue
        decides[subject] = new
        if _effect(old) == _effect(None):
            unheard.add(subject)
    return _Change(decides, unheard)


def _effect(ruling: Ruling | None) -> tuple[object, ...]:
    """Return what is the same for rules that do the same."""
    if ruling is None:
        return (rules.IGNORE,)
    if ruling.action != rules.COUNT:
        return (ruling.action,)
    return ruling.action, ruling.threshold, ruling.forgiven_after_days
