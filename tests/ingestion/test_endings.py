"""How messages end reaches the addresses: by the rules, in any order, once, and by replays too."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deliveries.models import Message, ProviderReference
from ingestion import erasure, inbox, judgements, judging, replay, second_look
from ingestion.replay import ReplayFilter
from messaging.failures import FailureClass, FailureType, Reason
from messaging.statuses import MessageStatus
from providers.models import Qualification
from quarantine import acts, forgiving
from quarantine.models import Address, Change, Fact
from tests import records
from tests.ingestion import callbacks
from tests.ingestion.test_drain import Statements

pytestmark = pytest.mark.django_db

ANNA = "+393331112233"
# Errors are forgiven by the clock, so these have to be of today.
START = timezone.now().replace(microsecond=0) - timedelta(hours=1)


@pytest.fixture
def table(table):
    """What the words mean: errors of each kind."""
    for word, failure in (
        ("gone", FailureClass.USER_UNKNOWN),
        ("busy", FailureClass.UNREACHABLE),
        ("full", FailureClass.MEMORY_FULL),
        ("off", FailureClass.NOT_CONNECTED),
    ):
        table[word] = (MessageStatus.FAILED, failure)
    return table


@pytest.fixture
def post(account):
    """Store a callback that says this; received at the end of the hour."""

    def store(**said):
        body = json.dumps(said).encode()
        inbox.store([callbacks.raw(account, body, received_at=START + timedelta(hours=1))])

    return store


@pytest.fixture
def tell(delivery, post):
    """Post what became of messages to Anna, as (number of the message, word, minute)."""

    def told(*said, address=ANNA, at_once=False):
        for number, word, minute in said:
            name = f"{address}-{number}"
            if not ProviderReference.objects.filter(provider_id=name).exists():
                records.message(delivery, provider_ids=(name,), address=address)
            post(id=name, word=word, at=minute_of(minute).isoformat())
            if not at_once:
                callbacks.apply_all()
        callbacks.apply_all()

    return told


def minute_of(minute):
    return START + timedelta(minutes=minute)


def stands(address=ANNA):
    row = Address.objects.get(address=address)
    return row.status, row.error_count


def record(address=ANNA):
    """Return all that the record of an address is."""
    row = Address.objects.get(address=address)
    names = ("status", "reason", "error_text", "error_count", "first_error_at", "last_error_at",
             "forgiven_at")  # fmt: skip
    return {name: getattr(row, name) for name in names}


def test_a_hard_error_quarantines_and_tells_why(delivery, tell):
    tell((1, "gone", 5))

    row = Address.objects.get()
    assert (row.channel, row.address, row.status) == ("sms", ANNA, "quarantine")
    assert (row.reason, row.error_text) == (Reason.USER_UNKNOWN, "SR fiction gone|")
    assert (row.delivery_id, row.error_count) == (delivery.pk, 1)
    change = Change.objects.select_related("rule").get()
    message = Message.objects.get()
    assert (change.before, change.after, change.message_id) == ("valid", "quarantine", message.pk)
    assert (change.rule.action, change.rule_version, change.actor) == ("quarantine", 1, None)
    assert change.at == minute_of(5)


def test_soft_errors_are_counted_and_a_success_clears_them(tell):
    tell(*[(number, "busy", number) for number in range(1, 5)])
    assert stands() == ("with_errors", 4)

    tell((5, "done", 10))
    assert stands() == ("valid", 0)

    tell(*[(number, "full", number) for number in range(20, 25)])
    assert stands() == ("quarantine", 5)
    assert [change.after for change in Change.objects.order_by("id")] == [
        "with_errors", "valid", "with_errors", "quarantine",
    ]  # fmt: skip


def test_ignored_errors_and_successes_leave_no_trace(tell):
    tell((1, "off", 1), (2, "done", 2), (3, "sent", 3))

    assert not Address.objects.exists()
    assert not Fact.objects.exists()


def test_what_comes_twice_counts_once(tell):
    tell((1, "busy", 1), (1, "busy", 1), (1, "busy", 1))

    assert stands() == ("with_errors", 1)
    assert Change.objects.count() == 1


def test_a_message_that_fails_twice_counts_once(tell):
    tell((1, "busy", 1), (1, "busy", 2))

    assert stands() == ("with_errors", 1)
    assert Fact.objects.get().at == minute_of(2)


def test_a_late_delivery_of_the_same_message_takes_its_error_back(tell):
    tell((1, "busy", 1), (2, "gone", 2), (2, "done", 3))

    assert stands() == ("valid", 0)


def test_an_error_that_is_not_qualified_yet_never_counts(post, delivery, tell):
    tell((1, "lost", 1))
    assert Qualification.objects.get().status == "to_qualify"
    assert not Address.objects.exists()


def test_a_failure_without_a_word_counts_where_its_status_tells_why(post, delivery):
    for number, word in enumerate(("busy", "lost")):
        records.message(delivery, provider_ids=(word,), address=f"+39333111220{number}")
        post(id=word, word=word, code="", at=minute_of(1).isoformat())
    callbacks.apply_all()

    assert [row.address for row in Address.objects.all()] == ["+393331112200"]


def test_saying_what_an_error_means_counts_the_history_it_is_asked_for(tell):
    tell((1, "lost", 1), (2, "lost", 2))
    row = Qualification.objects.get()
    hard = {"failure_type": FailureType.HARD, "reason": Reason.USER_UNKNOWN}

    judgements.change(qualification_id=row.pk, wanted=hard, history=True, by=None, at=minute_of(60))
    judging.work(at=minute_of(60))
    assert stands() == ("quarantine", 2)

    judgements.undo(qualification_id=row.pk, by=None, at=minute_of(60))
    judging.work(at=minute_of(60))
    assert stands() == ("valid", 0)
    assert not Fact.objects.exists()


def test_keeping_an_error_as_it_is_counts_it_too(tell):
    tell((1, "lost", 1))
    row = Qualification.objects.get()

    wanted = {"status": "keep", "failure_type": FailureType.SOFT}
    judgements.change(
        qualification_id=row.pk, wanted=wanted, history=True, by=None, at=minute_of(60)
    )
    judging.work(at=minute_of(60))

    assert stands() == ("with_errors", 1)


def test_a_corrected_mapping_folds_the_address_again(table, tell):
    tell((1, "gone", 1), (2, "busy", 2))
    assert stands() == ("quarantine", 2)
    table["gone"] = table["off"]

    replay.replay(chosen=ReplayFilter(), dry_run=True, by=None, at=minute_of(60))
    assert stands() == ("quarantine", 2)
    replay.replay(chosen=ReplayFilter(), dry_run=False, by=None, at=minute_of(60))
    assert stands() == ("with_errors", 1)

    before = record()
    replay.replay(chosen=ReplayFilter(), dry_run=False, by=None, at=minute_of(60))
    assert record() == before


def test_a_success_that_was_earlier_known_clears_an_error_that_comes_late(tell):
    tell((1, "done", 10))
    tell((2, "busy", 5))

    assert stands() == ("valid", 0)


def test_successes_count_for_their_own_address_only(delivery, tell):
    tell((1, "done", 10), address="+393339999999")
    tell((2, "busy", 5))

    assert stands() == ("with_errors", 1)


def test_an_error_in_between_is_put_in_its_place(tell):
    tell((1, "busy", 10), (2, "done", 20), (3, "busy", 30))
    assert stands() == ("with_errors", 1)

    tell((4, "busy", 15), (5, "busy", 25))
    assert stands() == ("with_errors", 2)


def test_an_opt_out_covers_the_record_and_gives_it_back(tell, post):
    tell((1, "busy", 1), (2, "left", 2))
    assert stands() == ("denylisted", 1)

    tell((3, "gone", 3))
    assert (stands(), Address.objects.get().beneath) == (("denylisted", 2), "quarantine")

    post(id="r", word="reply", address=ANNA, keyword="START", text="", at=minute_of(9).isoformat())
    callbacks.apply_all()
    row = Address.objects.get()
    assert (row.status, row.reason, row.error_text) == (
        "quarantine", Reason.USER_UNKNOWN, "SR fiction gone|",
    )  # fmt: skip


def test_a_release_makes_what_was_before_void(tell):
    tell((1, "gone", 1), (2, "left", 2))
    row = Address.objects.get()
    acts.decide(
        address_ids=[row.pk], status="valid", text="It works again", by=None,
        at=minute_of(30),
    )  # fmt: skip
    assert stands() == ("valid", 0)

    tell((1, "gone", 3), (2, "left", 2), (3, "gone", 4))
    assert stands() == ("valid", 0)
    tell((4, "gone", 40))
    assert stands() == ("quarantine", 1)


def test_a_success_that_was_missed_is_found_by_a_second_look(tell):
    tell((1, "busy", 1), (2, "busy", 4), address="+393339999999")
    tell((1, "busy", 1))
    tell((2, "done", 2))
    # As if two drains had not seen each other.
    Fact.objects.filter(says=Fact.Says.DELIVERED).delete()
    Address.objects.filter(address=ANNA).update(status="with_errors", error_count=1)

    assert second_look.look_again(at=timezone.now()) == 2
    assert (stands(), stands("+393339999999")) == (("valid", 0), ("with_errors", 2))

    assert second_look.look_again(at=timezone.now()) == 1
    assert second_look.look_again(at=START + timedelta(days=1)) == 0


def test_errors_are_forgiven_after_ten_quiet_days(tell):
    tell((1, "busy", 1))
    assert forgiving.forgive(at=START + timedelta(days=9)) == 0
    assert forgiving.forgive(at=START + timedelta(days=11)) == 1

    assert stands() == ("valid", 0)
    assert Change.objects.latest("id").text == "The last error is long enough ago."
    assert forgiving.forgive(at=START + timedelta(days=12)) == 0


def test_facts_live_as_long_as_the_record(tell):
    tell((1, "busy", 1), (2, "done", 2))
    tell((1, "gone", 1), address="+393339999999")

    assert forgiving.drop_old_facts(at=minute_of(60)) == 0
    assert forgiving.drop_old_facts(at=START + timedelta(days=1_000)) == 2
    assert Fact.objects.get().address.address == "+393339999999"


def test_an_erased_message_is_nobodys(tell):
    tell((1, "gone", 1), (2, "left", 2))
    erasure.forget(address=ANNA, by=None, at=minute_of(60))
    assert not Fact.objects.exists()

    # A new message to the one who is denylisted by the hash alone.
    tell((3, "gone", 3))
    assert (Address.objects.get().status, Fact.objects.count()) == ("denylisted", 0)
    tell((3, "gone", 4), (1, "gone", 5))
    assert Address.objects.count() == 1


def test_a_batch_costs_the_same_statements_however_many_addresses(
    delivery, post, table, monkeypatch
):
    statements = Statements(monkeypatch)
    counts = []
    for size in (2, 3, 200):
        for number in range(size):
            address = f"+39333{size:03}{number:04}"
            for part, word in enumerate(("busy", "done", "gone", "off", "left", "lost")):
                name = f"{size}-{number}-{part}"
                records.message(delivery, provider_ids=(name,), address=address)
                # The error in the middle comes later, and is put in its place.
                post(id=name, word=word, at=minute_of(9 - part).isoformat())
        # All facts but the first of each address are earlier than one that is known.
        counts.append(statements.of(lambda: callbacks.apply_all(limit=10_000)))

    # The first batch makes qualifications too.
    assert counts[1] == counts[2]
    assert counts[0] < 40


SAID = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from(["busy", "full", "gone", "off", "done", "lost", "left", "sent"]),
        st.integers(1, 50),
    ),
    min_size=1,
    max_size=9,
)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(SAID, st.randoms(use_true_random=False), st.booleans())
def test_any_order_and_any_repetition_ends_the_same(tell, said, random, at_once):
    ends = []
    orders = (said, random.sample(said, len(said)) + random.choices(said, k=3))
    for order in orders:
        with transaction.atomic():
            tell(*order, at_once=at_once)
            assert callbacks.drifts() == []
            found = Address.objects.filter(address=ANNA).exclude(status="valid")
            ends.append(record() if found else None)
            transaction.set_rollback(True)

    assert ends[0] == ends[1]
