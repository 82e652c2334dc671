"""What a change of the quarantine's rules would have done: asked of facts and of messages."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection

from ingestion.endings import LONGEST_JOURNEY
from messaging import addresses
from messaging.failures import Reason
from messaging.statuses import MessageStatus
from providers.models import Qualification
from quarantine import reckoning, rulebook, what_if
from quarantine.facts import Says
from quarantine.rulebook import Wanted
from quarantine.what_if import Messages, Outlook, Subject
from storage import rows
from storage.ids import lowest_id


def of_change(wanted: Wanted, *, at: datetime) -> Outlook:
    """Tell what one rule would do, added or changed; raises quarantine.rulebook.BadRules."""
    return what_if.tell(rulebook.changed(wanted), messages=MESSAGES, at=at)


def of_replacement(wanted: Iterable[Wanted], *, at: datetime) -> Outlook:
    """Tell what rules would do in the place of those in force; raises BadRules."""
    return what_if.tell(rulebook.replaced(wanted), messages=MESSAGES, at=at)


def of_removal(*, rule_id: int, at: datetime) -> Outlook:
    """Tell what would be without a rule."""
    return what_if.tell(rulebook.removed(rule_id=rule_id), messages=MESSAGES, at=at)


def _failures(subjects: Collection[Subject], since: datetime) -> None:
    """Lay the messages that failed so, where it is known what their error means.

    Nothing is joined that could let the planner read the messages more than once.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {reckoning.ENDS}
                   (channel, address, message_id, at, says, failure_type, reason, account_id,
                    country, network, prefix)
            SELECT message.channel, message.address, message.id, message.failed_at,
                   {int(Says.FAILED)}, message.failure_type, message.reason,
                   (SELECT account_id FROM deliveries_delivery WHERE id = message.delivery_id),
                   message.country, message.network,
                   CASE WHEN message.address LIKE '%%@%%'
                        THEN regexp_replace(message.address, '^.*@', '')
                        WHEN message.address LIKE '+%%'
                        THEN left(message.address, {addresses.PREFIX_LENGTH})
                        ELSE '' END
              FROM deliveries_message message
              JOIN unnest(%s::text[], %s::smallint[], %s::smallint[])
                   AS subject(channel, failure_type, reason)
                ON subject.channel = message.channel
               AND subject.failure_type = message.failure_type
               AND subject.reason = message.reason
             WHERE message.status = {int(MessageStatus.FAILED)} AND message.address <> ''
               AND message.id >= %s AND message.failed_at >= %s
               AND (message.qualification_id IN (
                        SELECT id FROM providers_qualification
                         WHERE status = '{Qualification.Status.KEEP.value}')
                    OR message.qualification_id IS NULL
                    AND message.reason <> {int(Reason.UNDEFINED)})
            """,
            [*rows.arrays(list(subjects)), lowest_id(since - LONGEST_JOURNEY), since],
        )


def _successes(since: datetime) -> None:
    """Lay what was delivered to the addresses of these failures since the first of each."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {reckoning.ENDS} (channel, address, message_id, at, says)
            SELECT message.channel, message.address, message.id, message.delivered_at,
                   {int(Says.DELIVERED)}
              FROM (SELECT channel, address, min(at) AS at FROM {reckoning.ENDS}
                     GROUP BY channel, address) failed
              JOIN deliveries_message message
                ON message.channel = failed.channel AND message.address = failed.address
             WHERE message.status = {int(MessageStatus.DELIVERED)}
               AND message.id >= %s AND message.delivered_at >= failed.at
            """,
            [lowest_id(since - LONGEST_JOURNEY)],
        )


MESSAGES = Messages(_failures, _successes)
