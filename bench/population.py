"""Deliveries of any size, made with a few statements: a mix of statuses, failures and times."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from deliveries import counters, drafts, latency
from deliveries.models import Delivery
from messaging.failures import FailureType, Reason
from messaging.statuses import DeliveryStatus
from providers.models import ProviderAccount, Qualification
from tracking import tallies
from tracking.models import TrackedUrl

SENT_WITHIN = timedelta(hours=2)
EVENTFUL_MESSAGES = 1_000
_HOT = (
    "deliveries_message",
    "deliveries_providerreference",
    "deliveries_messageevent",
    "deliveries_exclusion",
    "tracking_click",
)
# By the number of a message modulo 100: 88 delivered, 3 on their way, 9 failed in four ways.
_STATUS = "CASE WHEN mix < 88 THEN 40 WHEN mix < 90 THEN 20 WHEN mix < 91 THEN 10 ELSE 30 END"
_FAILURE = "CASE WHEN mix < 91 THEN 0 WHEN mix < 93 THEN 1 WHEN mix < 96 THEN 2 ELSE 3 END"
_REASON = """
CASE WHEN mix < 91 THEN 0 WHEN mix < 93 THEN 1 WHEN mix < 95 THEN 3 WHEN mix < 96 THEN 20
     ELSE 6 END
"""
_MESSAGES = f"""
INSERT INTO deliveries_message
       (id, delivery_id, channel, address, recipient, status, failure_type, reason, evidence,
        contradicted, provider_code, text, segments, currency, country, network,
        accepted_at, sent_at, delivered_at, failed_at, changed_at, qualification_id)
SELECT next_id(), %(delivery)s, 'sms', '+3933' || lpad(place::text, 8, '0'),
       'C' || lpad(number::text, 8, '0'),
       {_STATUS}, {_FAILURE}, {_REASON}, CASE WHEN mix < 88 THEN 2 ELSE 0 END, false,
       CASE WHEN mix < 91 THEN '' ELSE '30005' END,
       CASE WHEN mix < 88 THEN 'delivered' ELSE 'undelivered' END, 1, '', 'IT', '22201',
       at, at + interval '2 s', CASE WHEN mix < 88 THEN at + interval '9 s' END,
       CASE WHEN mix >= 91 THEN at + interval '9 s' END, at + interval '9 s',
       CASE WHEN mix >= 91 THEN %(error)s END
  FROM (SELECT number, number %% 100 AS mix,
               -- Addresses in no order, none twice.
               number::bigint * 48271 %% 99999989 AS place,
               %(start)s::timestamptz + %(within)s::interval * (number::float / %(size)s) AS at
          FROM generate_series(1, %(size)s) AS number) AS made
"""
_REFERENCES = """
INSERT INTO deliveries_providerreference
       (message_id, account_id, provider_id, part, parts, attempt)
SELECT id, %(account)s, 'SM' || substr(address, 6) || md5(id::text), 1, 1, 1
  FROM deliveries_message WHERE delivery_id = %(delivery)s AND id >= %(delivery)s
"""
_EVENTS = """
INSERT INTO deliveries_messageevent
       (message_id, digest, provider_id, part, parts, attempt, status, failure_type, reason,
        evidence, provider_code, text, currency, network, received_at, moved)
SELECT message.id, decode(md5(said.status::text), 'hex'),
       'SM' || substr(message.address, 6) || md5(message.id::text), 1, 1, 1,
       said.status, 0, 0, 0, '', said.word, '', '', message.accepted_at + said.after, true
  FROM (SELECT * FROM deliveries_message
         WHERE delivery_id = %(delivery)s AND id >= %(delivery)s
         ORDER BY id DESC LIMIT %(eventful)s) AS message,
       (VALUES (10, 'queued', interval '0'), (20, 'sent', interval '2 s'),
               (40, 'delivered', interval '9 s')) AS said(status, word, after)
"""
_EXCLUSIONS = """
INSERT INTO deliveries_exclusion
       (delivery_id, address, recipient, reason, text, rule, cause, created_at)
SELECT %(delivery)s, '+3934' || lpad(number::text, 8, '0'), 'X' || number,
       CASE WHEN number %% 3 = 0 THEN 9 ELSE 10 END, '', '', '{}', %(start)s
  FROM generate_series(1, %(size)s / 20) AS number
"""
_CLICKS = """
INSERT INTO tracking_click
       (message_id, delivery_id, url_id, request_id, at, method, user_agent, network, verdict,
        reasons)
SELECT id, delivery_id, %(url)s, gen_random_uuid(), delivered_at + interval '60 s', 'GET',
       'Mozilla/5.0', '192.0.2.0/24', CASE WHEN id %% 40 = 0 THEN 'bot' ELSE 'human' END,
       CASE WHEN id %% 40 = 0 THEN '["no_agent"]'::jsonb ELSE '[]' END
  FROM deliveries_message
 WHERE delivery_id = %(delivery)s AND id >= %(delivery)s AND status = 40 AND id %% 20 = 0
"""
_COUNT_CLICKS = f"""
INSERT INTO deliveries_counter (delivery_id, figure, key, bucket, value, fresh)
SELECT told.*, false FROM ({tallies.FROM_ROWS}) AS told
"""
# What counters look at and no column holds.
_WORKED_OUT = {
    "latency": latency.SQL,
    "prefix": "CASE WHEN status IN (30, 40) THEN left(address, 6) ELSE '' END",
}
_ALIKE = f"""
SELECT {
    ", ".join(
        f"date_trunc('minute', {name})" if name.endswith("_at") else _WORKED_OUT.get(name, name)
        for name in counters.Counted._fields
    )
}, count(*)
  FROM deliveries_message WHERE delivery_id = %(delivery)s AND id >= %(delivery)s
 GROUP BY {", ".join(str(place + 1) for place in range(len(counters.Counted._fields)))}
"""


@contextmanager
def loading() -> Iterator[None]:
    """Leave the indexes for the end: over rows that are there they are built much faster."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes i JOIN pg_class ON relname = indexname "
            "JOIN pg_index ON indexrelid = pg_class.oid "
            "WHERE tablename = ANY(%s) AND NOT indisunique",
            [list(_HOT)],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        for _name, definition in indexes:
            cursor.execute(definition.replace(" ON ONLY ", " ON "))
        for table in _HOT:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("ANALYZE deliveries_counter")


def delivery(account: ProviderAccount, *, label: str, size: int, at: datetime) -> Delivery:
    """Make a delivery in progress: messages, exclusions, clicks, and what is counted of them."""
    start = at - SENT_WITHIN
    made = drafts.create(by=None, at=start, label=label, account=account, content="Come: {url}")
    url = TrackedUrl.objects.create(delivery=made, label="Offer", url="https://example.org/")
    Delivery.objects.filter(pk=made.pk).update(
        status=DeliveryStatus.IN_PROGRESS, contact_date=start, started_at=start
    )
    parameters: dict[str, Any] = {
        "delivery": made.pk,
        "account": account.pk,
        "size": size,
        "start": start,
        "within": SENT_WITHIN,
        "eventful": EVENTFUL_MESSAGES,
        "url": url.pk,
        "error": _error(account).pk,
    }
    with connection.cursor() as cursor:
        for statement in (_MESSAGES, _REFERENCES, _EVENTS, _EXCLUSIONS, _CLICKS):
            cursor.execute(statement, parameters)
        cursor.execute(_ALIKE, parameters)
        _count(made, cursor.fetchall(), excluded=size // 20)
        cursor.execute(_COUNT_CLICKS, {"ids": [made.pk], "oldest": made.pk})
    return made


def _error(account: ProviderAccount) -> Qualification:
    """Return the one error with which all messages fail."""
    judged = {"failure_type": FailureType.HARD, "reason": Reason.USER_UNKNOWN}
    found, _made = Qualification.objects.get_or_create(
        kind=account.kind,
        key=f"SR {account.kind} 30005",
        **{f"default_{name}": value for name, value in judged.items()},
        defaults=judged | {"code": "30005"},
    )
    return found


def _count(made: Delivery, alike: list[tuple[object, ...]], *, excluded: int) -> None:
    deltas: Counter[counters.Figure] = Counter()
    for *fields, number in alike:
        for figure, value in counters.of_message(counters.Counted._make(fields)):
            deltas[figure] += value * int(str(number))
    quarantined = excluded // 3
    reasons = {Reason.QUARANTINED: quarantined, Reason.DUPLICATE: excluded - quarantined}
    for reason, number in reasons.items():
        deltas[counters.Figure(made.pk, counters.EXCLUDED, str(int(reason)), None)] += number
    deltas[counters.Figure(made.pk, counters.TARGETED, "", None)] += excluded
    counters.add(deltas)
