"""How addresses stand once a decision about them is withdrawn, folded within the database.

What is left of nearly all of them are failures, successes and releases, which are folded there for
very many at once.  A test holds that `folding` makes the same of them.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from messaging.failures import Reason
from quarantine import folding
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

    That is where nothing was said, and since the last release nobody decided or nothing failed.
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
                "denying": int(Says.DENYLISTED),
                "opted_out": int(Reason.DENYLISTED),
                "by_hand": int(Reason.QUARANTINED),
                "at": at,
                "text": author.text,
                "actor": author.actor_id,
                "act": author.act_id,
            },
        )
        settled = cursor.fetchall()
    folding.announce(settled)
    return {found[0] for found in settled}


_WRITTEN = (
    "status", "reason", "error_text", "first_error_at", "last_error_at", "delivery_id",
    "error_count", "forgiven_at", "folded_at", "folded_key", "released_at",
)  # fmt: skip
_COLUMNS = ", ".join(_WRITTEN)
_KNOWN = ", ".join(f"address.{name}" for name in _WRITTEN)
_MADE = ", ".join(f"made.{name}" for name in _WRITTEN)
# released: the last release.  told: what is known since then; counts: a failure that is neither
# held nor ignored; successes: how many there were by then.  error: those that count, by place;
# until: when what is counted by then is forgiven, as an error finds it (before) and leaves it.
# A run of errors begins where nothing was counted.  left_over: all that by address.  deciding: the
# error that put it where it is: the first that quarantines or worse, else the last one.
# decision: what a person decided last, a denylisting before others.
_SETTLE = f"""
WITH released AS (
    SELECT DISTINCT ON (address_id) address_id, at, key FROM quarantine_fact
     WHERE address_id = ANY(%(ids)s::bigint[]) AND says = %(released)s
     ORDER BY address_id, at DESC, key DESC
), told AS (
    SELECT fact.id, fact.address_id, fact.at, fact.key, fact.says, rule.action, rule.threshold,
           fact.at + rule.forgiven_after_days * interval '24 hours' AS until,
           fact.says = %(failed)s AND fact.incident_id IS NULL AND rule.action <> %(ignore)s
           AS counts,
           count(*) FILTER (WHERE fact.says = %(delivered)s) OVER (
               PARTITION BY fact.address_id ORDER BY fact.at, fact.key ROWS UNBOUNDED PRECEDING)
           AS successes
      FROM quarantine_fact fact
      LEFT JOIN quarantine_rule rule ON rule.id = fact.rule_id
      LEFT JOIN released ON released.address_id = fact.address_id
     WHERE fact.address_id = ANY(%(ids)s::bigint[])
       AND (released.at IS NULL OR (fact.at, fact.key) >= (released.at, released.key))
), left_over AS (
    SELECT address_id, count(*) FILTER (WHERE counts) AS errors,
           max(at) FILTER (WHERE counts) AS last_error_at, max(successes) AS successes,
           (array_agg(id ORDER BY at, key) FILTER (WHERE counts AND action = %(denylist)s))[1]
           AS refused_id,
           (array_agg(id ORDER BY at DESC, key DESC))[1] AS last_id,
           (array_agg(id ORDER BY says DESC, at DESC, key DESC)
               FILTER (WHERE says > %(released)s))[1] AS decision_id
      FROM told GROUP BY address_id
), error AS (
    SELECT id, address_id, at, key, action, threshold, successes,
           row_number() OVER (PARTITION BY address_id ORDER BY at, key) AS place,
           max(until) FILTER (WHERE action = %(count)s) OVER (
               counted ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before,
           max(until) FILTER (WHERE action = %(count)s) OVER (
               counted ROWS UNBOUNDED PRECEDING) AS until
      FROM told WHERE counts
    WINDOW counted AS (PARTITION BY address_id, successes ORDER BY at, key)
), run AS (
    SELECT error.*, max(place) FILTER (WHERE begins) OVER counted AS begun,
           max(at) FILTER (WHERE begins) OVER counted AS begun_at
      FROM error CROSS JOIN LATERAL (
           SELECT before IS NULL OR action = %(count)s AND at > before) AS first(begins)
    WINDOW counted AS (
        PARTITION BY address_id, successes ORDER BY at, key ROWS UNBOUNDED PRECEDING)
), deciding AS (
    SELECT DISTINCT ON (address_id) run.*, place - begun + 1 AS errors, settles
      FROM run CROSS JOIN LATERAL (
           SELECT action <> %(count)s OR place - begun + 1 >= threshold) AS it(settles)
     ORDER BY address_id, settles DESC, CASE WHEN settles THEN place ELSE -place END
), standing AS (
    SELECT address.id, address.status AS before, address.reason AS before_reason, made.status,
           CASE WHEN cause.id = decision.id AND cause.reason = 0 THEN usual
                ELSE coalesce(cause.reason, 0) END AS reason,
           coalesce(cause.text, '') AS error_text, cause.delivery_id,
           CASE WHEN failing THEN deciding.begun_at END AS first_error_at,
           CASE WHEN failing THEN left_over.last_error_at END AS last_error_at,
           CASE WHEN failing THEN coalesce(left_over.errors - deciding.place + deciding.errors, 0)
                ELSE 0 END AS error_count,
           CASE WHEN made.status = %(with_errors)s THEN deciding.until END AS forgiven_at,
           last.at AS folded_at, last.key AS folded_key, released.at AS released_at
      FROM quarantine_address address
      LEFT JOIN left_over ON left_over.address_id = address.id
      LEFT JOIN released ON released.address_id = address.id
      LEFT JOIN deciding ON deciding.address_id = address.id
      LEFT JOIN quarantine_fact decision ON decision.id = left_over.decision_id
      CROSS JOIN LATERAL (
            SELECT CASE WHEN left_over.refused_id IS NOT NULL OR decision.says = %(denying)s
                        THEN %(denylisted)s
                        WHEN deciding.settles OR decision.id IS NOT NULL THEN %(quarantine)s
                        WHEN deciding.successes = left_over.successes
                         AND deciding.until >= %(at)s THEN %(with_errors)s
                        ELSE %(valid)s END AS status) made
      CROSS JOIN LATERAL (
            SELECT made.status <> %(valid)s AS failing,
                   CASE decision.says WHEN %(denying)s THEN %(opted_out)s ELSE %(by_hand)s END
                   AS usual) now
      LEFT JOIN quarantine_fact cause
        ON failing AND cause.id = coalesce(left_over.refused_id, deciding.id, decision.id)
      LEFT JOIN quarantine_fact last
        ON last.id = left_over.last_id
       AND (failing OR deciding.successes IS DISTINCT FROM left_over.successes)
     WHERE address.id = ANY(%(ids)s::bigint[]) AND address.address <> '' AND NOT address.by_word
       AND (left_over.decision_id IS NULL OR left_over.errors = 0)
       AND NOT EXISTS (SELECT FROM quarantine_word word WHERE word.address_id = address.id)
), changed AS (
    INSERT INTO quarantine_change
           (address_id, at, before, after, reason, text, provider, code, actor_id, act_id)
    SELECT id, %(at)s, before, status,
           CASE WHEN status = %(valid)s THEN before_reason ELSE reason END,
           %(text)s, '', '', %(actor)s, %(act)s
      FROM standing
), written AS (
    UPDATE quarantine_address address SET ({_COLUMNS}, modified_at) = ({_MADE}, %(at)s)
      FROM standing made
     WHERE made.id = address.id AND ({_KNOWN}) IS DISTINCT FROM ({_MADE})
)
SELECT id, before, status FROM standing
"""
