"""A corrected mapping over thousands of messages: what its preview names moves, nothing else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from ingestion import judgements, judging, replay
from ingestion.models import InboxEntry, Judgement, Proof
from ingestion.replay import ReplayFilter
from messaging.failures import FailureClass, FailureType, Reason
from messaging.statuses import MessageStatus
from providers.models import Qualification
from tests import records
from tests.ingestion import callbacks
from tests.records import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MANY = 20_000
DELIVERIES = 4
WORDS = ("done", "lost", "odd", "gone")
BATCH = 2_000


def run(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def applied(table, account):
    """Messages of four deliveries, every fourth delivered, the others failed in three ways."""
    table["odd"] = (MessageStatus.FAILED, FailureClass.UNREACHABLE)
    table["gone"] = (MessageStatus.FAILED, FailureClass.UNDEFINED)
    share = MANY // DELIVERIES
    for number in range(DELIVERIES):
        # Two deliveries go to the same people.
        lines = (
            {"address": f"+39333{n + 1 + share * (number % 3):07}",
             "provider_message_id": f"{number}-{n}"}
            for n in range(share)
        )  # fmt: skip
        assert callbacks.register(records.delivery(account=account), *lines).registered == share
    received_at = timezone.now()
    run(
        """
        INSERT INTO ingestion_inboxentry
               (account_id, proof, method, query, headers, body, received_at)
        SELECT %s, %s, 'POST', '', '{"Content-Type": "application/json"}', convert_to(
               format('{"id": "%%s-%%s", "word": "%%s"}', delivery, number,
                      (%s::text[])[1 + (number + delivery) %% 4]), 'UTF8'), %s
          FROM generate_series(0, %s) AS delivery, generate_series(0, %s) AS number
        """,
        *(account.pk, Proof.TOKEN, list(WORDS), received_at, DELIVERIES - 1, share - 1),
    )
    run(
        "INSERT INTO ingestion_queueitem (entry_id, attempts, error, again) "
        "SELECT id, 0, '', false FROM ingestion_inboxentry ORDER BY id"
    )
    callbacks.apply_all(limit=BATCH)
    return received_at


def remember():
    run("DROP TABLE IF EXISTS before")
    run(
        "CREATE TEMPORARY TABLE before ON COMMIT DROP AS "
        "SELECT id, status, failure_type, reason FROM deliveries_message"
    )


def moved():
    """Return what differs from what was remembered: messages, their deliveries and addresses."""
    found = run(
        """
        SELECT message.id, message.delivery_id, message.address
          FROM deliveries_message message JOIN before USING (id)
         WHERE (message.status, message.failure_type, message.reason)
            <> (before.status, before.failure_type, before.reason)
        """
    )
    return tuple({row[column] for row in found} for column in range(3))


def named(moves):
    return (moves.message_ids, moves.delivery_ids, moves.addresses_moved)


def test_a_corrected_mapping_moves_exactly_those_that_its_preview_named(
    applied, table, monkeypatch
):
    monkeypatch.setattr(replay, "BATCH", BATCH)
    monkeypatch.setattr(judging, "BATCH", BATCH)
    assert InboxEntry.objects.count() == MANY
    table["lost"] = (MessageStatus.FAILED, FailureClass.USER_UNKNOWN)
    remember()
    chosen = ReplayFilter(since=applied - timedelta(minutes=1))

    preview = replay.replay(chosen=chosen, dry_run=True, by=None, at=timezone.now())
    assert moved() == (set(), set(), set())
    done = replay.replay(chosen=chosen, dry_run=False, by=None, at=timezone.now())

    assert done == preview
    assert (preview.entries, preview.moved, preview.deliveries) == (MANY, MANY // 4, DELIVERIES)
    # Those of the first and the last delivery fail differently, so nobody moves twice.
    assert preview.addresses == MANY // 4
    assert moved() == named(preview.moves)
    assert callbacks.drifts() == []

    judge_them_as_well()


def judge():
    while Judgement.objects.filter(state=Judgement.State.OPEN).exists():
        judging.work(at=NOON)


def judge_them_as_well():
    """Qualify another code of the same messages, and take that back."""
    row = Qualification.objects.get(code="gone")
    wanted = {"failure_type": FailureType.HARD, "reason": Reason.ACCOUNT_DISABLED}
    remember()
    preview = judgements.preview(qualification_id=row.pk, wanted=wanted)

    judgements.change(qualification_id=row.pk, wanted=wanted, history=True, by=None, at=NOON)
    judge()

    assert (preview.examined, preview.moves.messages, preview.at_least) == (
        MANY // 4,
        MANY // 4,
        False,
    )
    assert moved() == named(preview.moves)
    assert callbacks.drifts() == []
    judgements.undo(qualification_id=row.pk, by=None, at=NOON)
    judge()
    assert moved() == (set(), set(), set())
    assert callbacks.drifts() == []
