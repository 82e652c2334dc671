"""Recipients of a target as examples: what a text looks like to them, and to whom it is longest."""

import json
from collections import Counter as Sums
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import CharField, F, Func, Q, QuerySet, Value

from messaging import personal, segments
from messaging.addresses import BadAddress, country_of, normalise_phone
from messaging.segments import GSM7, Segments
from sending.models import Recipient

# How many recipients are looked at while somebody writes: the first of the target.
EXAMINED = 10_000
# Of these the likeliest are measured.
MEASURED = 20
LOCATED = 200
# A character that the GSM alphabet does not have, as PostgreSQL's regular expressions write it.
_OUTSIDE = "[^" + "".join(f"\\u{ord(sign):04X}" for sign in sorted(GSM7)) + "]"

# An address without what people write between its digits.
_DIGITS = Func(
    F("address"), Value("+ -./()"), Value(""), function="translate", output_field=CharField()
)


@dataclass(slots=True)
class Example:
    """A recipient as the target has it."""

    line: int
    address: str
    reference: str
    fields: dict[str, Any]


class Longest(NamedTuple):
    """The recipient whose text takes most, among so many of the target."""

    example: Example
    measured: Segments
    examined: int


def some(*, delivery_id: int, number: int) -> list[Example]:
    """Return the first recipients of a target."""
    rows = Recipient.objects.filter(delivery_id=delivery_id).order_by("line")
    return [
        Example(*row) for row in rows.values_list("line", "address", "reference", "fields")[:number]
    ]


def at_line(*, delivery_id: int, line: int) -> Example | None:
    """Return the recipient in a line of a target; None where there is none."""
    return _first(Recipient.objects.filter(delivery_id=delivery_id, line=line))


def with_address(*, delivery_id: int, address: str) -> Example | None:
    """Return the first recipient with an address, however its number is written; None without."""
    numbers = "".join(filter(str.isdecimal, address)).removeprefix("00")
    is_named = Q(address__iexact=address)
    if numbers and "@" not in address:
        is_named |= Q(digits__in=[numbers, f"00{numbers}"])
    rows = Recipient.objects.filter(delivery_id=delivery_id).annotate(digits=_DIGITS)
    return _first(rows.filter(is_named))


def _first(rows: "QuerySet[Recipient]") -> Example | None:
    found = rows.order_by("line").values_list("line", "address", "reference", "fields").first()
    return Example(*found) if found else None


def countries(*, delivery_id: int) -> dict[str, float]:
    """Return the shares of countries among the first recipients; "" for numbers not readable."""
    found: Sums[str] = Sums()
    for example in some(delivery_id=delivery_id, number=LOCATED):
        try:
            found[country_of(normalise_phone(example.address))] += 1
        except BadAddress:
            found[""] += 1
    return {country: count / found.total() for country, count in found.items()}


def longest(*, delivery_id: int, text: str) -> Longest | None:
    """Return to whom a text is longest; None where it is the same to all, or nobody is there.

    Looks at the first EXAMINED recipients with one statement, and measures those whose values are
    the longest or hold characters that force UCS-2.
    """
    names = personal.names(text)
    if not names:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT line, address, reference, fields, count(*) OVER ()
              FROM (
                    SELECT line, address, reference, fields,
                           (SELECT string_agg(fields ->> name, '') FROM unnest(%s::text[]) AS name)
                               AS said
                      FROM sending_recipient
                     WHERE delivery_id = %s AND line <= %s
                   ) AS seen
             ORDER BY said ~ %s DESC NULLS LAST, length(said) DESC NULLS LAST, line
             LIMIT %s
            """,
            [names, delivery_id, EXAMINED, _OUTSIDE, MEASURED],
        )
        rows = [
            (Example(row[0], row[1], row[2], json.loads(row[3])), row[4])
            for row in cursor.fetchall()
        ]
    if not rows:
        return None
    found = [
        Longest(example, segments.measure(personal.fill(text, example.fields)), examined)
        for example, examined in rows
    ]
    return max(found, key=lambda each: (each.measured.segments, -each.measured.remaining))
