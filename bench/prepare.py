"""A target prepared, against the bare COPY of the same rows into a table with a key.

The target is what targets are: 2 % of the lines are bad, 5 % of the addresses stand there twice,
3 % are in quarantine; the text has a field and a tracked link.
"""

import resource
import time
from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from bench.measures import Comparison, Count, Findings
from deliveries import drafts, figures
from deliveries.models import Delivery
from deliveries.recount import drifts
from ingestion import accounts
from sending import preparation, recipients
from sending.models import Preparation
from storage import rows

TEXT = "Hello {{first_name|friend}}, your offer waits at https://example.org/offers until Sunday."
HEADER = "phone,first_name,city,customer\n"
KILOBYTES_PER_MEGABYTE = 1024
PART = 50_000


class Size(NamedTuple):
    """How many lines the target has, and how often it is measured."""

    recipients: int
    rounds: int


DEFAULT = Size(recipients=1_000_000, rounds=1)
QUICK = Size(recipients=5_000, rounds=1)


def measure(size: Size) -> Findings:
    """Copy rows, take them in and prepare them; compare, and account for every line."""
    account = accounts.create(
        name="To be prepared", kind="simulator", credentials={}, by=None, at=timezone.now()
    )
    _quarantine(size.recipients)
    found = Findings()
    row = Comparison(
        f"prepare {size.recipients:,} recipients", "bare COPY", "s", 25.0, at_most=True
    )
    for _ in range(size.rounds):
        before = _copy(size.recipients)
        delivery = drafts.create(
            by=None, at=timezone.now(), label="To be prepared", account=account, content=TEXT
        )
        start = time.perf_counter()
        taken = recipients.take(
            delivery_id=delivery.pk,
            stream=_Body(size.recipients),
            told={},
            mode="append",
            by=None,
            at=timezone.now(),
        )
        found.notes["seconds to take them in"] = round(time.perf_counter() - start, 1)
        row.ours.append(_prepare(delivery))
        # It is short: what it costs is seen from both sides.
        row.theirs.append((before + _copy(size.recipients)) / 2)
        found.counts += _counts(delivery, taken.received, taken.bad_count, size.recipients)
    found.comparisons.append(row)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found.notes["megabytes of memory at most"] = round(most / KILOBYTES_PER_MEGABYTE)
    return found


def _prepare(delivery: Delivery) -> float:
    start = time.perf_counter()
    row = preparation.request(delivery_id=delivery.pk, by=None, at=timezone.now())
    preparation.run(preparation_id=row.pk)
    return time.perf_counter() - start


def _counts(delivery: Delivery, received: int, bad: int, lines: int) -> list[Count]:
    run = Preparation.objects.get(delivery=delivery)
    now = figures.of(delivery_ids=[delivery.pk])[delivery.pk]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM (
                   SELECT line FROM sending_recipient WHERE delivery_id = %s
                   EXCEPT ALL (
                   SELECT line FROM sending_outgoing WHERE delivery_id = %s
                   UNION ALL
                   SELECT line FROM deliveries_exclusion WHERE delivery_id = %s)) AS lost
            """,
            [delivery.pk] * 3,
        )
        lost: int = cursor.fetchone()[0]
    return [
        Count("lines: recipients and bad ones", lines, received + bad),
        Count("targeted, by recipients", received, now.targeted),
        Count("excluded and to send, by targeted", now.targeted, now.excluded + now.to_send),
        Count("to send, by the run", run.to_send, now.pending),
        Count("lines not accounted for", 0, lost),
        Count("figures that drift", 0, len(drifts(delivery_ids=[delivery.pk]))),
    ]


def _copy(lines: int) -> float:
    """Copy the same rows into a table with a key; return how long it took."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bare_recipient (line integer PRIMARY KEY, phone text, first_name text,"
            " city text, customer text)"
        )
    columns = ("line", "phone", "first_name", "city", "customer")
    numbered = enumerate(_lines(lines))
    took = 0.0
    # A part at a time, since memory is measured too.
    while part := [
        (number, *line.rstrip("\n").split(",")[:4]) for number, line in islice(numbered, PART)
    ]:
        start = time.perf_counter()
        rows.copy("bare_recipient", columns, part)
        took += time.perf_counter() - start
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bare_recipient")
    return took


def _lines(count: int) -> Iterator[str]:
    random = Random(1)
    for number in range(count):
        kind = random.random()
        if kind < 0.02:  # noqa: PLR2004  # 2 % bad lines
            yield f"+39347{number:07},one,value,too,many\n"
            continue
        # 5 % have the address of a line before.
        of = random.randrange(number + 1) if kind > 0.95 else number  # noqa: PLR2004
        yield f"{_address(of)},Anna {number % 100},Rome,c{number}\n"


def _address(number: int) -> str:
    return f"+39{3200000000 + number * 37 % 700000000}"


def _quarantine(count: int) -> None:
    """Put 3 % of the addresses into quarantine."""
    columns = (
        "channel", "address", "status", "reason", "error_text", "error_count", "by_word",
        "beneath", "beneath_reason", "beneath_text", "created_at", "modified_at",
    )  # fmt: skip
    now = timezone.now().isoformat()
    blocked = (
        ("sms", _address(number), "quarantine", 1, "", 1, "f", "valid", 0, "", now, now)
        for number in range(0, count, 33)
    )
    rows.copy("quarantine_address", columns, blocked)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE quarantine_address")


class _Body:
    """The target as a body that comes piece by piece."""

    def __init__(self, count: int) -> None:
        self.lines = _lines(count)
        self.rest = HEADER.encode()

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        pieces, length = [self.rest], len(self.rest)
        while length < size:
            line = next(self.lines, "").encode()
            if not line:
                break
            pieces.append(line)
            length += len(line)
        whole = b"".join(pieces)
        self.rest = whole[size:]
        return whole[:size]
