"""Erasure: an address that was planted everywhere is nowhere, and everything else still holds."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from deliveries import figures, proving, record
from deliveries.models import AuditEvent, Exclusion, Message, MessageEvent, ProviderReference
from ingestion import erasure, inbox, replay
from ingestion.models import HeldCallback, InboxEntry, SimulatedReport
from ingestion.replay import ReplayFilter
from messaging.addresses import BadAddress
from messaging.reports import StatusReport
from messaging.statuses import AddressStatus, MessageStatus
from providers.sms import simulator
from quarantine import fingerprints
from quarantine.models import Address, Change
from tests import records, threads
from tests.ingestion import callbacks
from tests.waiting import somebody_waits, until

pytestmark = pytest.mark.django_db

NUMBER = "+393339876543"
DIGITS = NUMBER.removeprefix("+")
MAIL = "anna+news@example.org"
NOW = timezone.now()


def everything():
    """Yield each value of each column of text or bytes of every table, with where it stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT columns.table_name, columns.column_name, columns.data_type
              FROM information_schema.columns JOIN information_schema.tables
                   USING (table_schema, table_name)
             WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
               AND data_type IN ('text', 'character varying', 'bytea', 'jsonb', 'json', 'ARRAY')
            """
        )
        for table, column, kind in cursor.fetchall():
            value = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            cursor.execute(f'SELECT {value} FROM "{table}" WHERE "{column}" IS NOT NULL')
            for (text,) in cursor.fetchall():
                yield f"{table}.{column}", text


def places_of(*spellings):
    """Return the columns in which one of the spellings stands."""
    return {
        place
        for place, text in everything()
        if any(spelling.lower() in text.lower() for spelling in spellings)
    }


SPELLINGS = (DIGITS, "393 339 876 543", "393+339+876+543", "393%20339%20876%20543")


@pytest.fixture
def account(db):
    return callbacks.account()


@pytest.fixture
def delivery(account):
    return records.delivery(account=account)


@pytest.fixture
def planted(account, delivery):
    """The number, wherever one can get; and a neighbour whose things must stay."""
    callbacks.register(
        delivery,
        {"address": NUMBER, "provider_message_id": f"req-1:{DIGITS}", "recipient": DIGITS},
        {"address": "+393331110000", "provider_message_id": "other"},
    )
    said = {
        "id": f"req-1:{DIGITS}",
        "status": f"failed for {NUMBER}",
        "code": DIGITS,
        "at": "2026-11-23T12:00:00+00:00",
        "to": NUMBER,
    }
    later = said | {"id": f"later:{DIGITS}", "to": "393 339 876 543"}
    headers = json.dumps({"X-Recipient": NUMBER})
    for item in (said, said | {"status": "failed"}, later):
        body = json.dumps({"reports": [item]}).encode()
        for query in (
            f"to=%2B{DIGITS}",
            f"to={DIGITS}",
            "to=%2b393+339+876+543",
            "to=393%20339%20876%20543",
        ):
            inbox.store([callbacks.raw(account, body, query=query)._replace(headers=headers)])
    inbox.store([callbacks.raw(account, b"\xffto=" + DIGITS.encode())])
    callbacks.post(account, callbacks.report("other", "delivered"))
    callbacks.apply_all()
    records.exclusion(delivery, address=NUMBER, recipient=DIGITS, text=f"{NUMBER} excluded")
    records.exclusion(delivery, address="+393331110000")
    for address in (NUMBER, DIGITS, f"00{DIGITS}"):
        records.reply(account, f"I am {NUMBER}", address=address, at=NOW)
    listed = Address.objects.create(
        channel="sms", address=NUMBER, status=AddressStatus.DENYLISTED, error_text=f"bad {NUMBER}"
    )
    Change.objects.create(
        address=listed, at=NOW, before="valid", after="denylisted", text=f"{NUMBER} asked"
    )


@pytest.mark.django_db(transaction=True)
def test_an_erasure_waits_for_whoever_has_its_messages(account, delivery):
    callbacks.register(delivery, {"address": NUMBER, "provider_message_id": "a"})
    message = Message.objects.get()
    event = records.event(message, text=f"to {NUMBER}")

    with transaction.atomic():
        record.messages(ids=[message.pk], lock=True)
        erased = threads.apart(erasure.forget, address=NUMBER, by=None, at=NOW)
        until(somebody_waits)
        # A replay deletes events of the messages that it has locked.
        record.remove_events([(message.pk, bytes(event.digest))])

    assert erased.result(threads.PATIENCE_SECONDS).messages == 1


def test_an_erased_address_is_found_nowhere(delivery, planted):
    assert {place.partition("_2")[0].partition(".")[0] for place in places_of(*SPELLINGS)} >= {
        "deliveries_message",
        "deliveries_messageevent",
        "deliveries_providerreference",
        "deliveries_exclusion",
        "ingestion_inboxentry",
        "ingestion_heldcallback",
        "ingestion_inboundmessage",
        "quarantine_address",
        "quarantine_change",
    }
    before = figures.of(delivery_ids=[delivery.pk])
    admin = get_user_model().objects.create_user("anna")

    done = erasure.forget(address="0039 333 987 6543", by=admin, at=NOW)

    assert places_of(*SPELLINGS) == set()
    assert (done.messages, done.exclusions, done.replies, done.quarantine) == (1, 1, 3, 1)
    assert (done.events, done.callbacks) == (2, 13 + 5)
    assert figures.of(delivery_ids=[delivery.pk]) == before
    assert callbacks.drifts() == []
    assert proving.all_journals().faults == []
    line = AuditEvent.objects.filter(delivery=None).last()
    assert (line.code, line.actor) == ("ADR-1001", "anna")
    assert line.text == f"Address {fingerprints.of(NUMBER).hex()[:16]} erased from 1 messages."


def test_what_the_simulator_has_yet_to_post_names_it_no_more(account):
    report = StatusReport("SIM1", MessageStatus.SENT, text="sent", address=NUMBER)
    owed = SimulatedReport.objects.create(account=account, due_at=NOW, item=simulator.item(report))

    assert erasure.forget(address=NUMBER, by=None, at=NOW, dry_run=True).callbacks == 1
    assert erasure.forget(address=NUMBER, by=None, at=NOW).callbacks == 1

    owed.refresh_from_db()
    assert json.loads(owed.item)["to"] == f"+{'0' * (len(NUMBER) - 1)}"
    assert places_of(*SPELLINGS) == set()


def test_what_belongs_to_others_stays(planted):
    erasure.forget(address=NUMBER, by=None, at=NOW)

    assert set(Message.objects.values_list("address", flat=True)) == {"", "+393331110000"}
    assert set(Exclusion.objects.values_list("address", flat=True)) == {"", "+393331110000"}
    assert ProviderReference.objects.filter(provider_id="other").count() == 1
    assert callbacks.statuses()["+393331110000"] == "Received on mobile"


def test_a_raw_callback_keeps_its_length_and_everything_but_the_address(account, delivery):
    body = f'{{"to": "{NUMBER}", "id": "x"}}'.encode() + b"\xff\x00\\"
    inbox.store([callbacks.raw(account, body, query=f"a=1&to=%2B{DIGITS}&z=2")])

    erasure.forget(address=NUMBER, by=None, at=NOW)

    entry = InboxEntry.objects.get()
    zeros = "0" * len(DIGITS)
    assert bytes(entry.body) == body.replace(DIGITS.encode(), zeros.encode())
    assert entry.query == f"a=1&to=%2B{zeros}&z=2"


def test_a_denylisted_address_stays_denylisted_by_its_hash(planted):
    erasure.forget(address=NUMBER, by=None, at=NOW)

    kept = Address.objects.get()
    assert (kept.address, kept.status) == ("", AddressStatus.DENYLISTED)
    assert bytes(kept.fingerprint) == fingerprints.of(NUMBER)
    assert fingerprints.of(NUMBER) != fingerprints.of("+393331110000")


def test_an_address_that_came_back_is_erased_again(planted):
    erasure.forget(address=NUMBER, by=None, at=NOW)
    Address.objects.create(channel="sms", address=NUMBER, status=AddressStatus.DENYLISTED)

    erasure.forget(address=NUMBER, by=None, at=NOW)

    assert Address.objects.get().address == ""
    assert places_of(*SPELLINGS) == set()


def test_an_address_in_quarantine_is_forgotten_with_its_story(db):
    listed = Address.objects.create(
        channel="sms", address=NUMBER, status=AddressStatus.QUARANTINE, error_count=5
    )
    Change.objects.create(address=listed, at=NOW, before="valid", after="quarantine")

    erasure.forget(address=NUMBER, by=None, at=NOW)

    assert (Address.objects.count(), Change.objects.count()) == (0, 0)


def test_an_email_address_is_erased_in_every_spelling(account):
    delivery = records.delivery(channel="email", account=account)
    message = records.message(delivery, address=MAIL)
    records.event(message, text=f"bounced: {MAIL.upper()}", provider_code="550")
    records.event(message, text="accepted")
    spelled = [
        MAIL,
        "Anna+News@Example.org",
        "anna%2Bnews%40example.org",
        "ANNA%2bnews%40example.ORG",
    ]
    inbox.store([callbacks.raw(account, f"to={one}&x".encode(), query=one) for one in spelled])

    done = erasure.forget(address="Anna+News@example.org", by=None, at=NOW)

    assert places_of(*spelled) == set()
    assert (done.messages, done.events, done.callbacks) == (1, 1, 4)
    assert {bytes(entry.body) for entry in InboxEntry.objects.all()} == {
        b"to=" + b"0" * len(one) + b"&x" for one in spelled
    }


def test_counting_erases_nothing(planted):
    before = sorted(everything())

    done = erasure.forget(address=NUMBER, by=None, at=NOW, dry_run=True)

    assert sorted(everything()) == before
    assert done == erasure.forget(address=NUMBER, by=None, at=NOW)


def test_what_is_erased_can_still_be_replayed(delivery, planted):
    erasure.forget(address=NUMBER, by=None, at=NOW)
    before = callbacks.statuses()

    replayed = replay.replay(chosen=ReplayFilter(), dry_run=False, by=None, at=timezone.now())

    assert replayed.moved == 0
    assert callbacks.statuses() == before
    assert places_of(*SPELLINGS) == set()
    assert callbacks.drifts() == []


def test_an_address_that_is_not_known_is_nothing(db):
    done = erasure.forget(address=NUMBER, by=None, at=NOW)

    assert done == erasure.Forgotten()
    assert MessageEvent.objects.count() == HeldCallback.objects.count() == 0


def test_what_is_no_address_is_refused(db):
    with pytest.raises(BadAddress):
        erasure.forget(address="nonsense", by=None, at=NOW + timedelta(0))


def test_the_command_counts_and_erases(planted):
    counted, erased = StringIO(), StringIO()

    call_command("forget", NUMBER, "--dry-run", stdout=counted)
    call_command("forget", NUMBER, stdout=erased)

    assert counted.getvalue().splitlines()[0] == "messages: 1"
    assert counted.getvalue().splitlines()[-1] == "Counted only: nothing was erased."
    assert erased.getvalue().splitlines()[:-1] == counted.getvalue().splitlines()[:-1]
    assert erased.getvalue().splitlines()[-1] == "Erased."
    assert DIGITS not in counted.getvalue() + erased.getvalue()
    assert places_of(*SPELLINGS) == set()


def test_the_command_refuses_what_is_no_address(db):
    with pytest.raises(CommandError, match="The number"):
        call_command("forget", "nonsense")


def test_counters_still_equal_a_recount_when_the_beginning_of_a_number_is_gone(delivery):
    records.message(delivery, address=NUMBER, status=MessageStatus.DELIVERED, delivered_at=NOW)
    records.message(delivery, address=NUMBER, status=MessageStatus.FAILED, failed_at=NOW)
    records.message(delivery, status=MessageStatus.DELIVERED, delivered_at=NOW)

    erasure.forget(address=NUMBER, by=None, at=NOW)

    assert callbacks.drifts() == []
    assert figures.of(delivery_ids=[delivery.pk])[delivery.pk].delivered == 2
