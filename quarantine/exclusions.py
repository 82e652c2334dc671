"""Which of many addresses must not be written to."""

from collections.abc import Collection
from typing import NamedTuple

from django.db import connection

from messaging.statuses import AddressStatus
from quarantine import fingerprints
from storage import rows

LEFT_ALONE = (str(AddressStatus.QUARANTINE), str(AddressStatus.DENYLISTED))


class Blocked(NamedTuple):
    """Why an address is left alone; status and reason as they stand on its record."""

    status: str
    reason: int


def blocked(channel: str, addresses: Collection[str]) -> dict[str, Blocked]:
    """Return those of these addresses, in their one spelling, that are left alone.

    One statement, for a million addresses too; a second one where addresses were erased.
    """
    if not addresses:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT known.address, known.status, known.reason
              FROM unnest(%s::text[]) AS named(address)
              JOIN quarantine_address known
                ON known.channel = %s AND known.address = named.address AND known.address <> ''
             WHERE known.status = ANY(%s::text[])
            """,
            [rows.array(addresses), channel, rows.array(LEFT_ALONE)],
        )
        found = {row[0]: Blocked(row[1], row[2]) for row in cursor.fetchall()}
    return found | _erased(channel, addresses)


def _erased(channel: str, addresses: Collection[str]) -> dict[str, Blocked]:
    """Return those that are known by their hashes only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fingerprint, status, reason FROM quarantine_address "
            "WHERE channel = %s AND address = '' AND status = ANY(%s::text[])",
            [channel, rows.array(LEFT_ALONE)],
        )
        erased = {bytes(row[0]): Blocked(row[1], row[2]) for row in cursor.fetchall()}
    if not erased:
        return {}
    marks = zip(addresses, fingerprints.of_many(addresses), strict=True)
    return {address: erased[mark] for address, mark in marks if mark in erased}
