"""Which rule decides about a failure: pure."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from messaging.failures import FailureType, Reason
from quarantine.models import Rule

IGNORE, COUNT = str(Rule.Action.IGNORE), str(Rule.Action.COUNT)
QUARANTINE, DENYLIST = str(Rule.Action.QUARANTINE), str(Rule.Action.DENYLIST)


class Ruling(NamedTuple):
    """One version of a rule; channel and reason are None where it holds for any."""

    id: int
    version: int
    channel: str | None
    failure_type: int
    reason: int | None
    action: str
    threshold: int
    forgiven_after_days: int

    def about(self) -> tuple[str | None, int, int | None]:
        """Return what the rule is about: rules in force differ in this."""
        return self.channel, self.failure_type, self.reason

    @property
    def forgives_after(self) -> timedelta:
        """Return how long an error counts."""
        return timedelta(days=self.forgiven_after_days)


class Rulings:
    """The rules in force, by what they are about."""

    def __init__(self, rulings: Iterable[Ruling]) -> None:
        self._by_subject = {ruling.about(): ruling for ruling in rulings}

    def deciding(self, *, channel: str, failure_type: int, reason: int) -> Ruling | None:
        """Return the most specific rule, None where none is about such a failure: it is ignored.

        One that names the reason comes before one that names the channel.
        """
        for about in ((channel, reason), (None, reason), (channel, None), (None, None)):
            if ruling := self._by_subject.get((about[0], failure_type, about[1])):
                return ruling
        return None


class Default(NamedTuple):
    """A rule that every installation begins with."""

    failure_type: FailureType
    reason: Reason | None
    action: str
    threshold: int = 5
    forgiven_after_days: int = 10


DEFAULTS = (
    Default(FailureType.HARD, None, QUARANTINE),
    Default(FailureType.HARD, Reason.DENYLISTED, DENYLIST),
    Default(FailureType.SOFT, None, COUNT),
    Default(FailureType.SOFT, Reason.MAILBOX_FULL, COUNT, forgiven_after_days=30),
    Default(FailureType.IGNORED, None, IGNORE),
    Default(FailureType.UNDEFINED, None, IGNORE),
)
