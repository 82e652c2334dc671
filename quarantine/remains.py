"""How addresses stand once a decision about them is withdrawn, folded within the database.

Nearly all of them were released once and failed before, or were unknown: what is left of their
facts then needs no fold in its order.  A test holds that `folding` makes the same of them.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from quarantine.facts import DENYLISTED, QUARANTINE, VALID, WITH_ERRORS, Says
from quarantine.folding import Author
from quarantine.rules import COUNT, DENYLIST, IGNORE
from storage import rows


def lock(ids: Collection[int]) -> None:
    """Lock addresses, in the order of their keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM quarantine_address WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE",
            [rows.array(ids)],
        )


def settle(ids: Collection[int], *, author: Author, at: datetime) -> set[int]:
    """Write how locked addresses stand by the facts that are left; return those that it could.

    That is where nobody decided but to release them and nothing was said, and since the last
    release one error was counted at most, or the first one already put the address in quarantine.
    author: with the text of the change.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE,
            {
                "ids": rows.array(ids),
                "delivered": int(Says.DELIVERED),
                "failed": int(Says.FAILED),
                "released": int(Says.RELEASED),
                "count": COUNT,
                "denylist": DENYLIST,
                "ignore": IGNORE,
                "valid": VALID,
                "with_errors": WITH_ERRORS,
                "quarantine": QUARANTINE,
                "denylisted": DENYLISTED,
                "at": at,
                "text": author.text,
                "actor": author.actor_id,
                "act": author.act_id,
            },
        )
        return {found[0] for found in cursor.fetchall()}


# released: the last release.  since: what is told from then on; counts: a failure that is neither
# held nor ignored.  left: that by address.  standing: what it comes to.
_SETTLE = """
WITH released AS (
    SELECT DISTINCT ON (address_id) address_id, at, key FROM quarantine_fact
     WHERE address_id = ANY(%(ids)s::bigint[]) AND says = %(released)s
     ORDER BY address_id, at DESC, key DESC
), since AS (
    SELECT fact.id, fact.address_id, fact.at, fact.key, fact.says, rule.action,
           fact.says = %(failed)s AND fact.incident_id IS NULL AND rule.action <> %(ignore)s
           AS counts
      FROM quarantine_fact fact
      LEFT JOIN quarantine_rule rule ON rule.id = fact.rule_id
      LEFT JOIN released ON released.address_id = fact.address_id
     WHERE fact.address_id = ANY(%(ids)s::bigint[])
       AND (released.at IS NULL OR (fact.at, fact.key) >= (released.at, released.key))
), left_over AS (
    SELECT address_id, count(*) FILTER (WHERE counts) AS errors,
           max(at) FILTER (WHERE counts) AS last_error_at,
           (array_agg(id ORDER BY at, key) FILTER (WHERE counts))[1] AS first_id,
           (array_agg(id ORDER BY at DESC, key DESC))[1] AS last_id,
           bool_or(says = %(delivered)s) AS delivered,
           bool_or(says > %(released)s) AS decided,
           bool_or(counts AND action = %(denylist)s) AS refused
      FROM since GROUP BY address_id
), standing AS (
    SELECT address.id, address.status AS before, address.reason AS before_reason, made.status,
           coalesce(first.reason, 0) AS reason, coalesce(first.text, '') AS error_text,
           first.at AS first_error_at, left_over.last_error_at, first.delivery_id,
           coalesce(left_over.errors, 0) AS error_count,
           CASE WHEN made.status = %(with_errors)s
                THEN first.at + rule.forgiven_after_days * interval '24 hours' END AS forgiven_at,
           last.at AS folded_at, last.key AS folded_key, released.at AS released_at
      FROM quarantine_address address
      LEFT JOIN left_over ON left_over.address_id = address.id
      LEFT JOIN released ON released.address_id = address.id
      LEFT JOIN quarantine_fact first ON first.id = left_over.first_id
      LEFT JOIN quarantine_rule rule ON rule.id = first.rule_id
      LEFT JOIN quarantine_fact last ON last.id = left_over.last_id
      CROSS JOIN LATERAL (
            SELECT CASE WHEN first.id IS NULL THEN %(valid)s
                        WHEN rule.action = %(denylist)s THEN %(denylisted)s
                        WHEN rule.action = %(count)s AND rule.threshold > 1 THEN %(with_errors)s
                        ELSE %(quarantine)s END AS status) made
     WHERE address.id = ANY(%(ids)s::bigint[]) AND address.address <> '' AND NOT address.by_word
       AND left_over.decided IS NOT TRUE
       AND (coalesce(left_over.errors, 0) <= 1
            OR made.status = %(quarantine)s AND NOT left_over.refused)
       AND (made.status <> %(with_errors)s
            OR NOT left_over.delivered
            AND first.at + rule.forgiven_after_days * interval '24 hours' >= %(at)s)
       AND NOT EXISTS (SELECT FROM quarantine_word word WHERE word.address_id = address.id)
), changed AS (
    INSERT INTO quarantine_change
           (address_id, at, before, after, reason, text, provider, code, actor_id, act_id)
    SELECT id, %(at)s, before, status,
           CASE WHEN status = %(valid)s THEN before_reason ELSE reason END,
           %(text)s, '', '', %(actor)s, %(act)s
      FROM standing
), written AS (
    UPDATE quarantine_address address
       SET status = made.status, reason = made.reason, error_text = made.error_text,
           first_error_at = made.first_error_at, last_error_at = made.last_error_at,
           delivery_id = made.delivery_id, error_count = made.error_count,
           forgiven_at = made.forgiven_at, folded_at = made.folded_at,
           folded_key = made.folded_key, released_at = made.released_at, modified_at = %(at)s
      FROM standing made WHERE made.id = address.id
)
SELECT id FROM standing
"""
