"""Erasing an address from targets, and from texts that were made for it."""

from collections.abc import Sequence

from django.db import connection

from deliveries.forgetting import Erased
from messaging import addresses
from messaging.countries import calling_code
from sending.models import AllowedAddress, Outgoing
from storage import rows

LONGEST_ERROR = 500
# Lines that became a message or an exclusion of the address, and those that spell it somehow.
_LINES = """
    FROM sending_recipient given
   WHERE (given.delivery_id, given.line) IN (
         SELECT delivery_id, line FROM sending_outgoing WHERE message_id = ANY(%s::bigint[])
         UNION ALL
         SELECT delivery_id, line FROM deliveries_exclusion
          WHERE address = %s AND line IS NOT NULL)
      OR given.address = %s
      OR lower(given.address) = %s
      OR (given.address <> '' AND given.address !~ '@'
          AND regexp_replace(given.address, '[^0-9]', '', 'g') = ANY(%s::text[]))
"""


def hold(message_ids: Sequence[int]) -> None:
    """Lock how messages left, in the order of their keys, as a hand-over does."""
    found = Outgoing.objects.filter(message_id__in=message_ids).order_by("message_id")
    list(found.select_for_update().values_list("message_id"))


def erase(erased: Erased, dry_run: bool) -> int:  # noqa: FBT001  # as erasers are called
    """Empty the lines of an address, and the texts of its messages; return how many lines."""
    digits = erased.address.removeprefix("+")
    code = calling_code(erased.address)
    spellings = [digits, f"00{digits}", digits.removeprefix(code), f"0{digits.removeprefix(code)}"]
    if "@" in erased.address:
        spellings = []
    values = [
        rows.array(erased.message_ids),
        *[erased.address] * 3,
        rows.array(spellings),
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT given.delivery_id, given.line {_LINES}", values)
        found = cursor.fetchall()
        if dry_run:
            return len(found)
        if found:
            cursor.execute(
                "UPDATE sending_recipient given SET address = '', reference = '', fields = '{}' "
                "FROM unnest(%s::bigint[], %s::integer[]) AS gone(delivery_id, line) "
                "WHERE given.delivery_id = gone.delivery_id AND given.line = gone.line",
                rows.arrays(found),
            )
    Outgoing.objects.filter(message_id__in=erased.message_ids).update(text="")
    _clean_errors(erased)
    AllowedAddress.objects.filter(channel=erased.channel, address=erased.address).delete()
    return len(found)


def _clean_errors(erased: Erased) -> None:
    """Take the address out of what providers answered when its messages were handed over."""
    told = Outgoing.objects.filter(message_id__in=erased.message_ids).exclude(last_error="")
    clean = [
        (message_id, addresses.redact(said, erased.address)[:LONGEST_ERROR])
        for message_id, said in told.values_list("message_id", "last_error")
    ]
    if clean:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE sending_outgoing outgoing SET last_error = new.said "
                "FROM unnest(%s::bigint[], %s::text[]) AS new(message_id, said) "
                "WHERE outgoing.message_id = new.message_id "
                "AND outgoing.message_id BETWEEN %s AND %s",
                [*rows.arrays(clean), min(clean)[0], max(clean)[0]],
            )
