"""The simulated world: what becomes of a message, planned from its id.

The plan depends on the id alone (and on the profile), so that a run can be repeated and its
outcome foretold.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from messaging.reports import StatusReport
from messaging.statuses import MessageStatus

DELIVERED = 0.93
OUTAGE_CODE = "103"

# How often each of the simulator's codes occurs among failures.
FAILURES = {
    "101": 24, "102": 22, "103": 10, "104": 5, "105": 12, "106": 9,
    "107": 6, "108": 4, "109": 3, "110": 2, "111": 2, "199": 1,
}  # fmt: skip

# Networks by calling code (MCC and MNC), for prices and networks in reports.
NETWORKS = {
    "+39": ("22201", "22210", "22288"),
    "+33": ("20801", "20810", "20820"),
    "+49": ("26201", "26202", "26203"),
    "+44": ("23410", "23415", "23430"),
    "+1": ("310260", "310410", "311480"),
}
CURRENCY = "EUR"
PRICE = Decimal("0.0450")

LONGEST_DELAY = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outage:
    """A network that is down: numbers beginning with the prefix, in a span of time.

    code: what it says of every message.
    """

    prefix: str
    begins: datetime
    ends: datetime
    code: str = OUTAGE_CODE


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """How the simulated world behaves; shares are between 0 and 1, speed divides every delay."""

    delivered: float = DELIVERED
    silent: float = 0.01
    duplicated: float = 0.05
    disordered: float = 0.05
    early: float = 0.03
    speed: float = 1.0
    outage: Outage | None = None


class PlannedReport(NamedTuple):
    """A report, the moment at which to post it, and how many times more."""

    at: datetime
    report: StatusReport
    duplicates: int


class _Step(NamedTuple):
    """One report: what it says, when that happened, when it is posted."""

    status: MessageStatus
    code: str
    happens: datetime
    posted: datetime


def plan(
    *,
    provider_message_id: str,
    sent_at: datetime,
    address: str = "",
    segments: int = 1,
    profile: Profile | None = None,
) -> list[PlannedReport]:
    """Plan every report of one message, in the order in which they are to be posted.

    An early message has its first report posted before `sent_at`, as a provider does whose
    callback overtakes its own answer.
    """
    profile = profile or Profile()
    seed = hashlib.blake2b(provider_message_id.encode("utf-8", "replace"), digest_size=8).digest()
    chance = random.Random(seed)  # noqa: S311 (a simulation, not a secret)
    network = _network(chance, address)
    planned = []
    for step in _steps(chance, sent_at, address, profile):
        # Providers tell the price once the message has left.
        priced = step.status is MessageStatus.SENT
        report = StatusReport(
            provider_message_id=provider_message_id,
            status=step.status,
            code=step.code,
            text=step.status.api_name,
            occurred_at=step.happens,
            address=address,
            segments=segments,
            price=PRICE * segments if priced else None,
            currency=CURRENCY if priced else "",
            network=network,
        )
        duplicates = int(chance.random() < profile.duplicated)
        planned.append(PlannedReport(step.posted, report, duplicates))
    return sorted(planned, key=lambda item: item.at)


def _steps(
    chance: random.Random, sent_at: datetime, address: str, profile: Profile
) -> Iterator[_Step]:
    accepted, sent, final = _delays(chance, profile)
    ends = sent_at + final
    status, code = _outcome(chance, profile)
    if profile.outage and _is_out(profile.outage, address=address, at=ends):
        status, code = MessageStatus.FAILED, profile.outage.code
    early = chance.random() < profile.early
    # Out of order: what came first is posted after the end.
    late = final if chance.random() < profile.disordered else timedelta(0)
    if early:
        yield _Step(MessageStatus.ACCEPTED, "", sent_at, sent_at - accepted)
    else:
        yield _Step(MessageStatus.ACCEPTED, "", sent_at + accepted, sent_at + accepted + late)
    yield _Step(MessageStatus.SENT, "", sent_at + sent, sent_at + sent + late)
    if status is not None:
        yield _Step(status, code, ends, ends)


def _outcome(chance: random.Random, profile: Profile) -> tuple[MessageStatus | None, str]:
    """Return the last status, None where nothing final ever comes, and the code."""
    dice = chance.random()
    code = chance.choices(tuple(FAILURES), tuple(FAILURES.values()))[0]
    if dice < profile.delivered:
        return MessageStatus.DELIVERED, ""
    if dice < profile.delivered + profile.silent:
        return None, ""
    return MessageStatus.FAILED, code


def _delays(chance: random.Random, profile: Profile) -> tuple[timedelta, timedelta, timedelta]:
    """Return when the message is accepted, sent and final, counted from the sending.

    The last is log-normal: half arrive within 6 s, one in fifty takes more than a minute.
    """
    accepted = chance.uniform(0.2, 1.0)
    sent = accepted + chance.uniform(0.8, 2.0)
    final = max(sent + 0.2, chance.lognormvariate(1.79, 1.1))
    longest = LONGEST_DELAY.total_seconds()
    return (
        timedelta(seconds=accepted / profile.speed),
        timedelta(seconds=sent / profile.speed),
        timedelta(seconds=min(final, longest) / profile.speed),
    )


def _is_out(outage: Outage, *, address: str, at: datetime) -> bool:
    return address.startswith(outage.prefix) and outage.begins <= at < outage.ends


def _network(chance: random.Random, address: str) -> str:
    pick = chance.randrange(3)
    return next((names[pick] for code, names in NETWORKS.items() if address.startswith(code)), "")
