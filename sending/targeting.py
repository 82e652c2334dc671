"""Sorting a target out: each address in its one spelling, then who is left out, rule by rule.

Works in temporary tables of the transaction, which nobody else sees.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from messaging import addresses, numbers
from messaging.addresses import BadAddress
from messaging.channels import Channel
from messaging.failures import Reason
from messaging.numbers import Number, Quality
from messaging.statuses import AddressStatus
from quarantine import exclusions as left_alone
from sending import exclusions
from sending.cases import Case, Exclusion
from sending.models import AllowedAddress
from storage import rows

BATCH = 20_000
_BLOCKED = {
    str(AddressStatus.DENYLISTED): int(Reason.DENYLISTED),
    str(AddressStatus.QUARANTINE): int(Reason.QUARANTINED),
}
_COLUMNS = ("line", "address", "country", "quality", "reference", "blocked")
Told = Callable[[int], None]


class Left(NamedTuple):
    """How many a rule has left out, or would have if it did more than warn."""

    reason: Reason
    rule: str
    lines: int
    warns: bool


class Sorted(NamedTuple):
    """How a target was sorted out."""

    targeted: int
    left: Sequence[Left]
    # Addresses in quarantine that are written to all the same.
    ignored_errors: int

    @property
    def excluded(self) -> int:
        """Return how many were left out."""
        return sum(each.lines for each in self.left if not each.warns)


def read(case: Case, *, told: Told, most: int | None = None) -> int:
    """Read the target into `target`, each address in its one spelling; return how many lines.

    told: is told after each batch how many were read; may raise.  most: only the first so many.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DROP TABLE IF EXISTS target, left_out;
            CREATE TEMPORARY TABLE target (
                line integer, address text COLLATE "C", country text COLLATE "C",
                quality smallint, reference text, blocked smallint
            ) ON COMMIT DROP;
            CREATE TEMPORARY TABLE left_out (
                line integer, address text, reference text, reason smallint, text text, rule text,
                cause jsonb
            ) ON COMMIT DROP
            """
        )
    allowed = set(
        AllowedAddress.objects.filter(channel=case.channel).values_list("address", flat=True)
    )
    done = 0
    for batch in _batches(case.delivery_id, most):
        rows.copy("target", _COLUMNS, _judged(batch, case, allowed))
        done += len(batch)
        told(done)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE target")
    return done


def _batches(delivery_id: int, most: int | None) -> Iterator[list[tuple[int, str, str]]]:
    """Yield lines of the target in their order; each batch is a query of its own."""
    last, left = 0, most
    while left is None or left > 0:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT line, address, reference FROM sending_recipient "
                "WHERE delivery_id = %s AND line > %s ORDER BY line LIMIT %s",
                [delivery_id, last, BATCH if left is None else min(BATCH, left)],
            )
            batch: list[tuple[int, str, str]] = cursor.fetchall()
        if not batch:
            return
        last = batch[-1][0]
        left = None if left is None else left - len(batch)
        yield batch


def _judged(
    batch: Sequence[tuple[int, str, str]], case: Case, allowed: set[str]
) -> list[tuple[Any, ...]]:
    reader = _email if case.channel == Channel.EMAIL else _phone
    found = [reader(given, case) for _line, given, _reference in batch]
    blocked = left_alone.blocked(case.channel, {each.address for each in found if each.address})
    blocking = {address: _BLOCKED[each.status] for address, each in blocked.items()}
    # An error that is ignored stays on record: what is told of it is how often it was.
    for address in allowed & blocking.keys():
        if blocking[address] == Reason.QUARANTINED:
            blocking[address] = int(Reason.ERROR_IGNORED)
    return [
        (line, each[0], each[1], int(each[2]), reference, blocking.get(each[0], 0))
        for (line, _given, reference), each in zip(batch, found, strict=True)
    ]


def _phone(given: str, case: Case) -> Number:
    return numbers.read(given, country=case.ruleset.default_country)


def _email(given: str, _case: Case) -> Number:
    if not given:
        return Number("", "", Quality.MISSING)
    try:
        return Number(addresses.normalise_email(given), "", Quality.GOOD)
    except BadAddress:
        return Number(given, "", Quality.INVALID)


def leave_out(case: Case, *, told: Told) -> list[Left]:
    """Move whom the rules leave out from `target` to `left_out`; return what each rule did."""
    left = []
    for number, rule in enumerate(exclusions.RULES):
        for exclusion in rule(case):
            count = _count(exclusion) if exclusion.warns else _move(exclusion)
            left.append(Left(exclusion.reason, exclusion.rule, count, exclusion.warns))
        told(number + 1)
    return [each for each in left if each.lines]


def _move(exclusion: Exclusion) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH found(line, text, cause) AS MATERIALIZED ({exclusion.query}), gone AS (
                DELETE FROM target USING found WHERE target.line = found.line
                RETURNING target.line, target.address, target.reference, found.text, found.cause
            )
            INSERT INTO left_out (line, address, reference, reason, text, rule, cause)
            SELECT line, address, reference, %s, left(text, 500), %s, cause FROM gone
            """,
            [*exclusion.values, int(exclusion.reason), exclusion.rule],
        )
        moved: int = cursor.rowcount
    return moved


def _count(exclusion: Exclusion) -> int:
    with connection.cursor() as cursor:
        # One value always, so that the signs of percent in a query are read alike.
        cursor.execute(
            f"SELECT count(*) FROM ({exclusion.query}) AS found(line, text, cause) WHERE %s",
            [*exclusion.values, True],
        )
        count: int = cursor.fetchone()[0]
    return count


def ignored_errors() -> int:
    """Return how many addresses in quarantine are written to all the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM target WHERE blocked = %s", [int(Reason.ERROR_IGNORED)]
        )
        count: int = cursor.fetchone()[0]
    return count


def write_exclusions(delivery_id: int) -> Counter[int]:
    """Put whom the rules left out among the exclusions; return how many by reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO deliveries_exclusion
                   (delivery_id, line, address, recipient, reason, text, rule, cause, created_at)
            SELECT %s, line, address, reference, reason, text, rule, cause, now()
              FROM left_out ORDER BY line
            """,
            [delivery_id],
        )
        cursor.execute("SELECT reason, count(*) FROM left_out GROUP BY 1")
        return Counter(dict(cursor.fetchall()))
