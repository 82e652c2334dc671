"""A click on a short link, committed and sent on, against a hello."""

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench import client, server
from bench.accept import DEFAULT, QUICK, UNIT, Door, Size
from bench.measures import Comparison, Count, Findings, in_turns
from deliveries import drafts
from ingestion import accounts
from tracking import links, spool
from tracking.links import Addressee
from tracking.models import Click

__all__ = ["DEFAULT", "QUICK", "measure"]

_AGENT = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Mobile Safari/537.36"
)


def measure(size: Size) -> Findings:
    """Measure both doors of one server in turns, and count what was stored."""
    doors = {
        "hello": Door([_get(f"{settings.PUBLIC_URL}/hello")], seconds=size.seconds),
        "ours": Door([_get(url) for url in _links(size.different // 6)], seconds=size.seconds),
    }
    with server.serving():
        for door in doors.values():
            # The first requests of a process open its connections, and warm the few links.
            client.run(door.load)
        stored = Click.objects.count()
        rates = in_turns({name: door.rate for name, door in doors.items()}, rounds=size.rounds)
        # On a busy machine some commits take too long, and these clicks go by the disk.
        spool.load()
        stored = Click.objects.count() - stored
    ours, hello = rates["ours"], rates["hello"]
    what = "click on a warm link, committed"
    return Findings(
        comparisons=[
            Comparison(what, "hello view", UNIT, required=0.5, ours=ours, theirs=hello),
        ],
        counts=[
            Count("clicks stored, by those sent on", doors["ours"].good, stored),
            *(
                Count(f"answers with 2xx or 3xx, by requests: {name}", door.answered, door.good)
                for name, door in doors.items()
            ),
        ],
        notes={"bytes of clicks on the disk": spool.size()},
    )


def _links(count: int) -> list[str]:
    """Make a delivery whose messages have a link each; return these."""
    at = timezone.now()
    account = accounts.create(name="Under clicks", kind="kannel", credentials={}, by=None, at=at)
    made = drafts.create(
        by=None, at=at, label="Under clicks", account=account, content="https://example.org/"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_id() FROM generate_series(1, %s)", [count])
        addressees = [Addressee(row[0], {}) for row in cursor.fetchall()]
    plan = links.plan(delivery_id=made.pk)
    return [url for text in links.written(plan, addressees) for url in text.links.values()]


def _get(url: str) -> bytes:
    host, path = url.split("/", 3)[2:]
    return (
        f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nUser-Agent: {_AGENT}\r\n\r\n"
    ).encode()
