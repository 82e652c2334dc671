"""Who of a target is left out, and why: one function per rule, in the order of RULES.

The target stands in a temporary table `target` (sending.targeting): line, address, country,
quality, reference, blocked (a reason, or 0).  A function returns a query of the lines that its rule
leaves out, or None where the rule is off; whoever is left out is gone for the rules behind it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db.models import Min, Q

from deliveries.models import Delivery
from messaging.failures import Reason
from messaging.numbers import Quality
from messaging.statuses import DeliveryStatus, MessageStatus
from sending import quiet, sentences
from sending.cases import Case, Exclusion
from sending.field_rules import filters, missing_field
from sending.results import REMEMBERED
from sending.ruleset import Action

# So many messages that cause a pressure are named.
MOST_CAUSES = 5
# Somebody has decided to send these.
DECIDED = (DeliveryStatus.SCHEDULED, DeliveryStatus.IN_PROGRESS, DeliveryStatus.PAUSED)


Rule = Callable[[Case], Sequence[Exclusion]]


def missing_address(_case: Case) -> Sequence[Exclusion]:
    """Who has no address."""
    return [_simple(Reason.NO_ADDRESS, "address", sentences.NO_ADDRESS, Quality.MISSING)]


def bad_quality(case: Case) -> Sequence[Exclusion]:
    """Whose address is none, or none of a mobile phone."""
    reason = Reason.BAD_QUALITY
    found = [_simple(reason, "invalid address", sentences.INVALID, Quality.INVALID)]
    if case.ruleset.mobile_only:
        found.append(_simple(reason, "mobile only", sentences.NOT_MOBILE, Quality.NOT_MOBILE))
    return found


def _simple(reason: Reason, rule: str, text: str, quality: Quality) -> Exclusion:
    query = "SELECT line, %s::text, '{}'::jsonb FROM target WHERE quality = %s"
    return Exclusion(reason, rule, query, [text, int(quality)])


def double(_case: Case) -> Sequence[Exclusion]:
    """Who has an address that an earlier line has already."""
    query = """
        SELECT line, replace(%s, '{line}', first::text),
               jsonb_build_object('line', first)
          FROM (SELECT line, min(line) OVER (PARTITION BY address) AS first FROM target) AS seen
         WHERE first < line
    """
    return [Exclusion(Reason.DUPLICATE, "double", query, [sentences.DOUBLE])]


def denylisted(case: Case) -> Sequence[Exclusion]:
    """Who has asked to be left alone."""
    texts = (sentences.DENYLISTED_SINCE, sentences.DENYLISTED)
    return [_blocked(case, Reason.DENYLISTED, "denylist", texts)]


def quarantined(case: Case) -> Sequence[Exclusion]:
    """Whose address has failed; an address on the list of those to be written to stays."""
    texts = (sentences.QUARANTINED_SINCE, sentences.QUARANTINED)
    return [_blocked(case, Reason.QUARANTINED, "quarantine", texts)]


def _blocked(case: Case, reason: Reason, rule: str, texts: tuple[str, str]) -> Exclusion:
    """Return those who are blocked so, each with the change of its address that is the cause.

    texts: where it is known since when, and where it is not.
    """
    query = """
        SELECT line, coalesce(replace(%s, '{day}', to_char(change.at, 'YYYY-MM-DD')), %s),
               jsonb_strip_nulls(
                   jsonb_build_object('address_id', known.id, 'change_id', change.id))
          FROM target
          LEFT JOIN quarantine_address known
               ON known.channel = %s AND known.address = target.address AND known.address <> ''
          LEFT JOIN LATERAL (
               SELECT id, at FROM quarantine_change
                WHERE address_id = known.id ORDER BY at DESC, id DESC LIMIT 1
               ) AS change ON true
         WHERE blocked = %s
    """
    return Exclusion(reason, rule, query, [*texts, case.channel, int(reason)])


def control_group(case: Case) -> Sequence[Exclusion]:
    """A share of all, chosen by a hash: whoever is in it once stays in it."""
    share = round(case.ruleset.control_percent * 100)
    if not share:
        return []
    query = """
        SELECT line, %s, '{}'::jsonb
          FROM (SELECT line, sha256(convert_to(
                       %s::text || coalesce(nullif(reference, ''), address), 'UTF8')) AS hash
                  FROM target) AS hashed
         WHERE ((get_byte(hash, 0) << 16) + (get_byte(hash, 1) << 8) + get_byte(hash, 2)) %% 10000
               < %s
    """
    return [
        Exclusion(Reason.CONTROL, "control group", query, [sentences.CONTROL, case.salt, share])
    ]


def countries(case: Case) -> Sequence[Exclusion]:
    """Whose number is of a country that is not allowed."""
    if not case.ruleset.countries:
        return []
    query = """
        SELECT line, coalesce(replace(%s, '{country}', nullif(country, '')), %s), '{}'::jsonb
          FROM target WHERE NOT country = ANY(%s) AND address LIKE '+%%'
    """
    return [
        Exclusion(
            Reason.EXCLUDED_BY_RULE,
            "allowed countries",
            query,
            [sentences.COUNTRY, sentences.NO_COUNTRY, list(case.ruleset.countries)],
            warns=case.ruleset.countries_action == Action.WARN,
        )
    ]


def quiet_hours(case: Case) -> Sequence[Exclusion]:
    """For whom the contact date lies in hours in which nobody is to be disturbed.

    By the clock of the number's country, or the site's where that has several or is not known.
    """
    ruleset = case.ruleset
    if not ruleset.quiet_from:
        return []
    query = f"SELECT line, %s::text, '{{}}'::jsonb FROM target WHERE {quiet.IS_QUIET}"
    values = [
        sentences.QUIET.format(start=ruleset.quiet_from, end=ruleset.quiet_to),
        *quiet.values(ruleset, at=case.contact_at),
    ]
    warns = ruleset.quiet_action == Action.WARN
    return [Exclusion(Reason.NOT_ELIGIBLE, "quiet hours", query, values, warns=warns)]


def pressure(case: Case) -> Sequence[Exclusion]:
    """Who was written to often enough lately, by whatever delivery."""
    most, days = case.ruleset.pressure_messages, case.ruleset.pressure_days
    if not most or not days:
        return []
    query = """
        SELECT line, replace(%s, '{count}', count(*)::text),
               jsonb_build_object(
                   'message_id', max(message.id)::text,
                   'message_ids', to_jsonb(
                       (array_agg(message.id::text ORDER BY message.id DESC))[:%s]))
          FROM target
          JOIN deliveries_message message
               ON message.address = target.address AND message.id >= %s
          JOIN deliveries_delivery other ON other.id = message.delivery_id
         WHERE message.delivery_id <> %s AND NOT message.status = ANY(%s)
           AND other.proof_of_id IS NULL
           -- What is only prepared counts once somebody has decided to send it.
           AND CASE WHEN message.status = %s THEN other.status = ANY(%s)
                    ELSE coalesce(message.accepted_at, message.changed_at) >= %s END
         GROUP BY line HAVING count(*) >= %s
    """
    since = case.at - timedelta(days=days)
    first = _first_sent(since)
    if first is None:
        return []
    values = [
        sentences.PRESSURE.replace("{days}", str(days)),
        MOST_CAUSES,
        first,
        case.delivery_id,
        [int(MessageStatus.FAILED), int(MessageStatus.CANCELLED)],
        int(MessageStatus.PENDING),
        [str(status) for status in DECIDED],
        since,
        most,
    ]
    return [Exclusion(Reason.ARBITRATION, "pressure", query, values)]


def _first_sent(since: datetime) -> int | None:
    """Return an id below those of all messages that were sent since a time, or are still to be.

    Messages are made by the preparation, and may leave long after it: their ids tell no time.
    """
    found = Delivery.objects.filter(
        Q(last_registered_at__gte=since - REMEMBERED) | Q(status__in=DECIDED)
    )
    first: int | None = found.aggregate(first=Min("pk"))["first"]
    return first


def size_limit(case: Case) -> Sequence[Exclusion]:
    """Who comes after as many as may be written to."""
    if not case.ruleset.size_limit:
        return []
    query = """
        SELECT line, %s, '{}'::jsonb
          FROM (SELECT line FROM target ORDER BY line OFFSET %s) AS late
    """
    limit = case.ruleset.size_limit
    text = sentences.SIZE_LIMIT.format(limit=limit)
    return [Exclusion(Reason.SIZE_LIMIT, "size limit", query, [text, limit])]


# In their order: the first that finds a line names the reason.
RULES: Sequence[Rule] = (
    missing_address,
    bad_quality,
    double,
    denylisted,
    quarantined,
    control_group,
    filters,
    missing_field,
    pressure,
    quiet_hours,
    countries,
    size_limit,
)
