"""A callback accepted, verified and committed, against a hello and against the naive way."""

from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from kombu import Queue

from bench import client, server, traffic
from bench.client import Load
from bench.measures import Comparison, Count, Findings, in_turns
from ingestion import accounts
from ingestion.models import InboxEntry, QueueItem
from providers.models import ProviderAccount
from smsmonitor.celery import app

UNIT = "requests/s"


class Size(NamedTuple):
    """How long each turn takes, how many turns there are, how many requests differ."""

    seconds: float
    rounds: int
    different: int


DEFAULT = Size(seconds=3.0, rounds=5, different=6_000)
QUICK = Size(seconds=0.4, rounds=2, different=300)


class Door:
    """One address under load: what is sent to it, and what it has answered so far."""

    def __init__(self, requests: Sequence[bytes], *, seconds: float) -> None:
        self.load = Load(settings.PORT, requests, seconds)
        self.answered = 0
        self.good = 0

    def rate(self) -> float:
        """Send for a while; return the good answers per second."""
        answers = client.run(self.load)
        self.answered += answers.by_status.total()
        self.good += answers.good
        return answers.rate


def measure(size: Size) -> Findings:
    """Measure the three doors of one server in turns, and count what was stored."""
    account = accounts.create(
        name="Under load",
        kind="twilio",
        credentials={"auth_token": traffic.AUTH_TOKEN},
        by=None,
        at=timezone.now(),
    )
    doors = _doors(account, size)
    with server.serving():
        for door in doors.values():
            # The first requests of a process open its connections.
            client.run(door.load._replace(seconds=0.3))
        stored = InboxEntry.objects.count()
        rates = in_turns({name: door.rate for name, door in doors.items()}, rounds=size.rounds)
        stored = InboxEntry.objects.count() - stored
        tasks = _purge()
    ours, hello, naive = (rates[name] for name in ("ours", "hello", "naive"))
    what = "callback accepted, verified, committed"
    return Findings(
        comparisons=[
            Comparison(what, "hello view", UNIT, required=0.35, ours=ours, theirs=hello),
            Comparison(what, "naive view and task", UNIT, required=4.0, ours=ours, theirs=naive),
        ],
        counts=[
            Count("callbacks stored, by those answered with 2xx", doors["ours"].good, stored),
            *(
                Count(f"answers with 2xx, by requests: {name}", door.answered, door.good)
                for name, door in doors.items()
            ),
        ],
        notes={"naive tasks left in the broker": tasks},
    )


def _doors(account: ProviderAccount, size: Size) -> dict[str, Door]:
    ours = accounts.callback_url(account)
    naive = f"{settings.PUBLIC_URL}{reverse('naive', args=[account.token])}"
    hello = f"{settings.PUBLIC_URL}/hello"
    numbers = range(size.different)
    bodies = [traffic.form(traffic.recipient(number), "delivered") for number in numbers]
    requests = {
        "hello": [traffic.get(hello)],
        "ours": [traffic.post(ours, body) for body in bodies],
        "naive": [traffic.post(naive, body) for body in bodies],
    }
    return {name: Door(sent, seconds=size.seconds) for name, sent in requests.items()}


def _purge() -> int:
    """Leave nothing waiting; return how many tasks of the naive way were."""
    QueueItem.objects.all().delete()
    with app.connection_for_write() as connection:
        return Queue("naive", channel=connection.default_channel).purge() or 0
