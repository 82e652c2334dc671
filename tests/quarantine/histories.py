"""Addresses with histories of all kinds, drawn by chance, the same at each run."""

import itertools
import random
from datetime import timedelta

from messaging.failures import FailureType, Reason
from quarantine import acts, intake
from quarantine.facts import Fact, Says
from quarantine.intake import Ended
from quarantine.ledger import Name
from quarantine.models import Address, Change, Rule
from quarantine.standing import Standing
from quarantine.words import START, STOP
from tests.quarantine import taking
from tests.quarantine.taking import NOW, number

HARD, SOFT, IGNORED = FailureType.HARD, FailureType.SOFT, FailureType.IGNORED
# How messages may end, the frequent ones more often.
ENDS = [
    (HARD, Reason.USER_UNKNOWN),
    (HARD, Reason.USER_UNKNOWN),
    (HARD, Reason.DENYLISTED),
    (SOFT, Reason.UNREACHABLE),
    (SOFT, Reason.UNREACHABLE),
    (SOFT, Reason.MAILBOX_FULL),
    (IGNORED, Reason.UNDEFINED),
]
_message_ids = itertools.count(1_000_000)


def draw(seed, *, addresses, rounds, minute, hear):
    """Let something happen to some of these addresses in each round; hear: how words are told."""
    chance = random.Random(seed)
    # One error of a full mailbox is enough here.
    Rule.objects.filter(reason=Reason.MAILBOX_FULL).update(threshold=1)
    for moment in range(minute, minute + rounds):
        for failure_type, reason in ENDS:
            chosen = chance.sample(addresses, k=len(addresses) // 12)
            taking.fail(chosen, failure_type=failure_type, reason=reason, minute=moment)
        succeed(chance.sample(addresses, k=len(addresses) // 8), moment)
        _decide(chance, chance.sample(addresses, k=len(addresses) // 12), moment)
        for address in chance.sample(addresses, k=2):
            says = chance.choice((STOP, START))
            hear(address, says, NOW + timedelta(minutes=moment, seconds=30))


def succeed(addresses, minute):
    """Let a message to each of these addresses be delivered."""
    at = NOW + timedelta(minutes=minute, seconds=10)
    ended = []
    for address in addresses:
        message_id = next(_message_ids)
        fact = Fact(at, message_id.to_bytes(16), int(Says.DELIVERED), message_id=message_id)
        ended.append(Ended(Name("sms", address), message_id, fact))
    intake.take(said={}, ended=ended, history=lambda _wanted: (), at=at)


def _decide(chance, addresses, minute):
    for row in Address.objects.filter(address__in=addresses).order_by("address"):
        status = chance.choice(("valid", "valid", "quarantine", "denylisted"))
        standing = Standing(status=row.status, by_word=row.by_word)
        if not acts.why_not(standing, status):
            at = NOW + timedelta(minutes=minute, seconds=20)
            acts.decide(address_ids=[row.pk], status=status, text="By hand", by=None, at=at)


def everything(row):
    """Return how all addresses stand, and what an act wrote, in every column that tells it."""
    names = [name for name in Standing._fields if name != "folded_key"]
    stand = list(
        Address.objects.order_by("address").values_list(
            "address", "modified_at", "folded_key", *names
        )
    )
    told = [field.attname for field in Change._meta.concrete_fields if field.name != "id"]
    changes = row.change_set.order_by("address_id", "at", "before", "after").values_list(*told)
    facts = row.fact_set.order_by("address_id").values_list("address_id", *Fact._fields)
    return [tuple(map(_plain, found)) for found in (*stand, *changes, *facts)]


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


ALL = [number(index) for index in range(240)]
