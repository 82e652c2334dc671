"""Makes addresses as the drain does: by how messages to them ended."""

import itertools
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from messaging.failures import FailureType, Reason
from quarantine import intake
from quarantine.facts import Fact, Says
from quarantine.intake import Ended
from quarantine.ledger import Name

NOW = timezone.now()
_message_ids = itertools.count(1)


def refuse(address):
    """Let the database refuse every change of an address, as a real fault would."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$BEGIN RAISE EXCEPTION 'no room for %', OLD.address USING ERRCODE = 'XX000'; END$$
            """
        )
        cursor.execute(
            "CREATE TRIGGER refusing BEFORE UPDATE ON quarantine_address FOR EACH ROW "
            "WHEN (OLD.address = %s) EXECUTE FUNCTION refuse()",
            [address],
        )


def allow():
    """Let the database take changes of all addresses again."""
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION refuse CASCADE")


def number(index):
    return f"+39333{index:07}"


def fail(  # what a test may want of a failure
    addresses,
    *,
    failure_type=FailureType.HARD,
    reason=Reason.USER_UNKNOWN,
    minute=0,
    delivery_id=7,
    channel="sms",
):
    """Let a message to each of these addresses fail, in one batch."""
    at = NOW + timedelta(minutes=minute)
    shared = (int(failure_type), int(reason), None, "SR x 101|no such user")
    ended = []
    for address in addresses:
        message_id = next(_message_ids)
        fact = Fact(at, message_id.to_bytes(16), int(Says.FAILED), *shared, message_id, delivery_id)
        ended.append(Ended(Name(channel, address), message_id, fact))
    intake.take(said={}, ended=ended, history=lambda _wanted: (), at=at)
