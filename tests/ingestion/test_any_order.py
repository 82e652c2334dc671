"""End to end: in whatever order, batches and repetitions callbacks come, the record is the same."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deliveries.counters import ERROR
from deliveries.models import Counter, Message, MessageEvent
from ingestion import drain, inbox
from ingestion.models import HeldCallback, QueueItem
from providers.models import Qualification
from tests import records
from tests.ingestion import callbacks
from tests.records import NOON

pytestmark = pytest.mark.django_db

# The last two share their id: the address decides between them, so they are registered together.
SENT = [
    {"address": "+393330000001", "provider_message_id": "a"},
    {"address": "+393330000002", "provider_message_ids": ["b-1", "b-2"]},
    {"address": "+393330000003", "provider_message_id": "c"},
    {"address": "+393330000004", "provider_message_id": "shared"},
    {"address": "+393330000005", "provider_message_id": "shared"},
]
GROUPS = [SENT[0:1], SENT[1:2], SENT[2:3], SENT[3:5]]
PLACES = [("a", ""), ("b-1", ""), ("b-2", ""), ("c", ""), ("shared", "+393330000004"),
          ("shared", "0039 333 0000005"), ("shared", "")]  # fmt: skip


@st.composite
def reports(draw):
    """Make a report; two that are the same event are the same in everything."""
    provider_id, address = draw(st.sampled_from(PLACES))
    word = draw(st.sampled_from(["accepted", "sent", "delivered", "failed", "buffered"]))
    code = draw(st.sampled_from(["101", "102", "199"])) if word == "failed" else ""
    # The last of these lies in the future of the reception.
    minute = draw(st.sampled_from([None, -5, 0, 1, 90]))
    number = sum(map(ord, f"{provider_id}{word}{code}{minute}"))
    return callbacks.report(
        provider_id,
        word,
        minute=minute or 0,
        code=code,
        address=address,
        price=[None, "0.01", "0.045"][number % 3],
        currency="EUR" if number % 3 else "",
        network=["", "22201"][number % 2],
        segments=[None, 1, 3][number % 3],
        **({"occurred_at": None} if minute is None else {}),
    )


@dataclass
class Plan:
    """How callbacks come: which reports each holds, and what else happens between them."""

    calls: list[list[Any]]
    # After how many callbacks each group of messages is registered, and batches are applied.
    registered: list[int]
    batches: dict[int, int]


@st.composite
def plans(draw, story):
    """Repeat and shuffle a story, cut it into callbacks, registrations and batches."""
    repeated = draw(st.lists(st.sampled_from(story), max_size=5)) if story else []
    told = draw(st.permutations(story + repeated))
    calls = []
    while told:
        size = draw(st.integers(1, 3))
        calls.append(told[:size])
        told = told[size:]
    moments = st.integers(0, len(calls))
    return Plan(
        calls=calls,
        registered=[draw(moments) for _ in GROUPS],
        batches=draw(st.dictionaries(moments, st.integers(1, 4), max_size=4)),
    )


def outcome(plan):
    """Let a plan happen, return what the record says then, and undo it."""
    with transaction.atomic():
        account = callbacks.account(name="Any")
        delivery = records.delivery(account=account)
        for moment in range(len(plan.calls) + 1):
            for group, at in zip(GROUPS, plan.registered, strict=True):
                if at == moment:
                    callbacks.register(delivery, *group, at=NOON)
            if moment in plan.batches:
                drain.drain_batch(limit=plan.batches[moment])
            if moment < len(plan.calls):
                inbox.store([callbacks.arrival(account, *plan.calls[moment])])
        callbacks.apply_all(limit=max(plan.batches.values(), default=100))
        found = told(delivery)
        transaction.set_rollback(True)
    return found


def told(delivery):
    """Return messages, events and counters without what tells their arrival."""
    messages = {message.pk: message for message in Message.objects.all()}
    counters = {}
    meant = {row.pk: row.key for row in Qualification.objects.all()}
    for counter in Counter.objects.filter(delivery=delivery):
        said = meant[int(counter.key)] if counter.figure == ERROR else counter.key
        key = (counter.figure, said, counter.bucket)
        counters[key] = counters.get(key, 0) + counter.value
    return {
        "messages": {
            row.address: columns(row, meant, "id", "changed_at") for row in messages.values()
        },
        "events": sorted(
            (messages[event.message_id].address, *columns(event, meant, *OF_ARRIVAL))
            for event in MessageEvent.objects.all()
        ),
        "counters": {key: value for key, value in counters.items() if value},
        "drifts": callbacks.drifts(),
        "waiting": QueueItem.objects.count(),
        "set aside": [(held.state, held.error) for held in HeldCallback.objects.all()],
    }


OF_ARRIVAL = ("id", "message_id", "received_at", "occurred_at", "moved", "entry_id")


def columns(row, meant, *leaving_out):
    row.qualification_id = row.qualification_id and meant[row.qualification_id]
    names = [field.attname for field in row._meta.concrete_fields if field.attname != "pk"]
    return [
        repr(bytes(value) if isinstance(value, memoryview) else value)
        for value in (
            getattr(row, name) for name in names if name not in (*leaving_out, "delivery_id")
        )
    ]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_whatever_the_order_the_record_is_the_same(db, data):
    story = data.draw(
        st.lists(
            reports(),
            min_size=1,
            max_size=9,
            unique_by=lambda one: (one.provider_message_id, one.text, one.code, one.occurred_at,
                                   one.address),
        )
    )  # fmt: skip
    plan = data.draw(plans(story))
    straight = Plan(calls=[[one] for one in story], registered=[0] * len(GROUPS), batches={})

    expected = outcome(straight)

    assert outcome(plan) == expected
    assert (expected["drifts"], expected["waiting"], expected["set aside"]) == ([], 0, [])
