"""How addresses would stand by other rules, reckoned for all of them at once in the database.

It is what `quarantine.facts` folds one by one, as far as statuses go: what lies before the last
release is void; a person, or a rule that does so at once, quarantines or denylists; counted errors
make runs, which a success or enough time ends.  A test holds that both agree.

Failures that are no facts lie in a table of the transaction, with the successes since then.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from quarantine import fingerprints, incidents
from quarantine.exclusions import LEFT_ALONE
from quarantine.facts import DENYLISTED, QUARANTINE, VALID, WITH_ERRORS, Says
from quarantine.rules import COUNT, DENYLIST, IGNORE, Ruling
from quarantine.rules import QUARANTINE as AT_ONCE
from quarantine.words import STOP
from storage import rows

# Tables of one transaction: messages that are no facts, and the addresses that are looked at.
ENDS, LOOKED_AT = "what_if_end", "what_if_address"


class Subject(NamedTuple):
    """What a rule is asked about."""

    channel: str
    failure_type: int
    reason: int


class Moved(NamedTuple):
    """An address that would stand differently; address_id: None where nothing is known of it."""

    address_id: int | None
    channel: str
    address: str
    before: str
    now: str


class Group(NamedTuple):
    """How many addresses go one way (enter, leave or same), and the first of them."""

    way: str
    addresses: int
    first: list[Moved]


def open_ends() -> None:
    """Make the table of messages that are no facts, empty, for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            DROP TABLE IF EXISTS {ENDS};
            CREATE TEMPORARY TABLE {ENDS} (
                channel text, address text COLLATE "C", message_id bigint, at timestamptz,
                says smallint, failure_type smallint, reason smallint,
                account_id bigint, country text, network text, prefix text
            ) ON COMMIT DROP
            """
        )


def close_ends() -> None:
    """Leave out what is a fact already, and what was sent to addresses that were erased."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {ENDS} ended USING quarantine_fact fact "
            f"WHERE fact.message_id = ended.message_id"
        )
        _leave_out_erased(cursor)
        cursor.execute(f"ANALYZE {ENDS}")


def _leave_out_erased(cursor: Any) -> None:
    cursor.execute("SELECT channel, fingerprint FROM quarantine_address WHERE address = ''")
    erased = {(channel, bytes(mark)) for channel, mark in cursor.fetchall()}
    if not erased:
        return
    cursor.execute(f"SELECT DISTINCT channel, address FROM {ENDS}")
    gone = [name for name in cursor.fetchall() if (name[0], fingerprints.of(name[1])) in erased]
    if gone:
        cursor.execute(
            f"DELETE FROM {ENDS} ended USING unnest(%s::text[], %s::text[]) AS gone(channel, name) "
            f"WHERE ended.channel = gone.channel AND ended.address = gone.name",
            rows.arrays(gone),
        )


def reckon(
    decides: Mapping[Subject, Ruling | None],
    ruled: Mapping[int, Ruling],
    *,
    since: datetime,
    sample: int,
) -> list[Group]:
    """Return where the addresses go that failed since then about subjects decided otherwise.

    decides: None to ignore it; ruled: all rules that facts were, or would be, decided by.
    """
    subjects = [(*subject, ruling and ruling.id) for subject, ruling in decides.items()]
    rulings = [(one.id, one.action, one.threshold, one.forgiven_after_days)
               for one in ruled.values()]  # fmt: skip
    channels, types, reasons, rule_ids = rows.arrays(subjects)
    ids, actions, thresholds, days = rows.arrays(rulings)
    asked: dict[str, Any] = {
        "channels": channels, "types": types, "reasons": reasons, "rule_ids": rule_ids,
        "ids": ids, "actions": actions, "thresholds": thresholds, "days": days,
        "since": since, "sample": sample, "left_alone": list(LEFT_ALONE),
    }  # fmt: skip
    with connection.cursor() as cursor:
        # What is sorted is all that became known of very many addresses; it is asked for once.
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
        cursor.execute(_LOOK, asked)
        cursor.execute(_RECKON, asked)
        found = cursor.fetchall()
    groups: dict[str, Group] = {}
    for way, addresses, *moved in found:
        groups.setdefault(way, Group(way, addresses, [])).first.append(Moved(*moved))
    return list(groups.values())


_RULED = "ruled.action, ruled.threshold, ruled.days * interval '24 hours' AS counts_for"
_DECIDED = """
    SELECT * FROM unnest(%(channels)s::text[], %(types)s::smallint[], %(reasons)s::smallint[],
                         %(rule_ids)s::bigint[]) AS decided(channel, failure_type, reason, rule_id)
"""
# Who is looked at, by a number of their own; below zero where nothing is known of them.
_LOOK = f"""
DROP TABLE IF EXISTS {LOOKED_AT};
CREATE TEMPORARY TABLE {LOOKED_AT} ON COMMIT DROP AS
WITH decided AS ({_DECIDED}), failed AS (
    SELECT DISTINCT address_id, failure_type, reason FROM quarantine_fact
     WHERE says = {int(Says.FAILED)} AND at >= %(since)s
)
SELECT address.id AS who, address.id, channel, address.address, address.status AS before
  FROM failed
  JOIN quarantine_address address ON address.id = failed.address_id AND address.address <> ''
  JOIN decided USING (channel)
 WHERE decided.failure_type = failed.failure_type AND decided.reason = failed.reason
 UNION
SELECT coalesce(known.id, -row_number() OVER ()), known.id, channel, address,
       coalesce(known.status, '{VALID}')
  FROM (SELECT DISTINCT channel, address FROM {ENDS} WHERE says = {int(Says.FAILED)}) ended
  LEFT JOIN quarantine_address known USING (channel, address);
ANALYZE {LOOKED_AT}
"""
_RECKON = f"""
WITH decided AS ({_DECIDED}), ruled AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(actions)s::text[], %(thresholds)s::integer[],
                         %(days)s::integer[]) AS ruled(id, action, threshold, days)
), released AS (
    SELECT DISTINCT ON (address_id) address_id AS who, at, key FROM quarantine_fact
     WHERE says = {int(Says.RELEASED)} ORDER BY address_id, at DESC, key DESC
), told AS (
    SELECT one.who, fact.at, fact.key, fact.says, {_RULED}
      FROM {LOOKED_AT} one
      JOIN quarantine_fact fact ON fact.address_id = one.id
      LEFT JOIN decided ON decided.channel = one.channel AND fact.says = {int(Says.FAILED)}
       AND decided.failure_type = fact.failure_type AND decided.reason = fact.reason
       AND fact.at >= %(since)s
      LEFT JOIN ruled ON fact.incident_id IS NULL AND fact.says = {int(Says.FAILED)}
       AND ruled.id = CASE WHEN decided.channel IS NULL THEN fact.rule_id ELSE decided.rule_id END
     UNION ALL
    SELECT one.who, fact.at, int8send(fact.message_id), fact.says, {_RULED}
      FROM {LOOKED_AT} one
      JOIN {ENDS} fact USING (channel, address)
      LEFT JOIN decided USING (channel, failure_type, reason)
      LEFT JOIN ruled ON ruled.id = decided.rule_id AND fact.says = {int(Says.FAILED)}
       AND NOT EXISTS (SELECT FROM quarantine_incident incident WHERE {incidents.BELONGS})
), standing AS (
    SELECT told.*,
           count(*) FILTER (WHERE says = {int(Says.DELIVERED)}) OVER (
               PARTITION BY who ORDER BY told.at, told.key ROWS UNBOUNDED PRECEDING) AS successes
      FROM told LEFT JOIN released USING (who)
     WHERE (released.who IS NULL OR (told.at, told.key) > (released.at, released.key))
       AND (says <> {int(Says.FAILED)} OR action <> '{IGNORE}')
), beginning AS (
    SELECT standing.*,
           action = '{COUNT}' AND at > coalesce(
               max(at + counts_for) FILTER (WHERE action = '{COUNT}') OVER (
                   PARTITION BY who, successes ORDER BY at, key
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
               '-infinity') AS begins
      FROM standing
), run AS (
    SELECT beginning.*,
           count(*) FILTER (WHERE begins) OVER (
               PARTITION BY who, successes ORDER BY at, key ROWS UNBOUNDED PRECEDING) AS run
      FROM beginning
), counted AS (
    SELECT run.*,
           count(*) FILTER (WHERE action = '{COUNT}') OVER (
               PARTITION BY who, successes, run ORDER BY at, key ROWS UNBOUNDED PRECEDING) AS errors
      FROM run
), made AS (
    SELECT who,
           bool_or(says = {int(Says.DENYLISTED)} OR action = '{DENYLIST}') AS denylisted,
           bool_or(says = {int(Says.QUARANTINED)} OR action = '{AT_ONCE}'
                   OR action = '{COUNT}' AND errors >= threshold) AS quarantined,
           max(successes) FILTER (WHERE action = '{COUNT}') = max(successes) AS with_errors
      FROM counted GROUP BY who
), said AS (
    SELECT DISTINCT ON (word.address_id) word.address_id AS id, word.says
      FROM quarantine_word word
      JOIN quarantine_address address ON address.id = word.address_id
     WHERE address.released_at IS NULL OR word.at > address.released_at
     ORDER BY word.address_id, word.at DESC, (word.says = '{STOP}') DESC, word.key DESC
), moved AS (
    SELECT one.id, one.channel, one.address, one.before,
           CASE WHEN made.denylisted OR said.says = '{STOP}' THEN '{DENYLISTED}'
                WHEN made.quarantined THEN '{QUARANTINE}'
                WHEN made.with_errors THEN '{WITH_ERRORS}'
                ELSE '{VALID}' END AS now
      FROM {LOOKED_AT} one
      LEFT JOIN made USING (who)
      LEFT JOIN said ON said.id = one.id
), going AS (
    SELECT CASE WHEN before = ANY(%(left_alone)s) = (now = ANY(%(left_alone)s)) THEN 'same'
                WHEN now = ANY(%(left_alone)s) THEN 'enter' ELSE 'leave' END AS way, moved.*
      FROM moved
), placed AS (
    SELECT way, count(*) OVER (PARTITION BY way) AS addresses, id, channel, address, before, now,
           row_number() OVER (PARTITION BY way ORDER BY id, address, channel) AS place
      FROM going
)
SELECT way, addresses, id, channel, address, before, now FROM placed
 WHERE place <= %(sample)s ORDER BY way, place
"""
