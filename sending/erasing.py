"""Erasing an address from targets, and from texts that were made for it."""

from django.db import connection

from deliveries.forgetting import Erased
from messaging.countries import calling_code
from sending.models import AllowedAddress, Outgoing
from storage import rows

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
    AllowedAddress.objects.filter(channel=erased.channel, address=erased.address).delete()
    return len(found)
