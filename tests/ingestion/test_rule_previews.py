"""What a change of the rules would have done is what it does when it was in force."""

import itertools
import json
import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ingestion import erasure, inbox, rule_previews
from messaging.channels import Channel
from messaging.failures import FailureClass, FailureType, Reason
from messaging.statuses import MessageStatus
from quarantine import acts, optouts, rulebook, thresholds
from quarantine.exclusions import LEFT_ALONE
from quarantine.models import Address, Fact, Incident, Rule
from quarantine.rulebook import BadRules, Wanted
from quarantine.words import STOP, Said
from tests import records
from tests.ingestion import callbacks

pytestmark = pytest.mark.django_db
START = timezone.now().replace(microsecond=0) - timedelta(days=60)
HARD, SOFT, IGNORED = FailureType.HARD, FailureType.SOFT, FailureType.IGNORED
ANNA, BEN, CARL = "+393331112233", "+393331112234", "+393331112235"
_names = itertools.count(1)


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
def tell(table, account, delivery):
    """Let messages end so, as (address, word, day)."""

    def told(*said):
        arrivals = []
        for address, word, day in said:
            name = f"p{next(_names)}"
            records.message(delivery, provider_ids=(name,), address=address)
            at = START + timedelta(days=day)
            body = json.dumps({"id": name, "word": word, "at": at.isoformat()}).encode()
            received = timezone.now()
            arrivals.append(callbacks.raw(account, body, received_at=received))
        inbox.store(arrivals)
        callbacks.apply_all()

    return told


def preview(*wanted):
    return rule_previews.of_change(Wanted(*wanted), at=timezone.now())


def counts(outlook):
    return outlook.enter, outlook.leave, outlook.looked_at


def who(moved):
    return {row.address for row in moved}


def test_a_lower_threshold_enters_exactly_those_that_reach_it(tell):
    tell((ANNA, "busy", 0), (ANNA, "busy", 1), (BEN, "busy", 0), (CARL, "gone", 0))

    outlook = preview(None, SOFT, None, "count", 2)

    assert (counts(outlook), who(outlook.entering), outlook.unchanged) == ((1, 0, 2), {ANNA}, 1)
    (moved,) = outlook.entering
    assert (moved.before, moved.now) == ("valid", "quarantine")
    assert moved.address_id == Address.objects.get(address=ANNA).pk


def test_hard_errors_that_are_ignored_leave_exactly_theirs(tell):
    tell((ANNA, "gone", 0), *((BEN, "busy", day) for day in range(5)))

    outlook = preview(None, HARD, None, "ignore")

    assert (counts(outlook), who(outlook.leaving)) == ((0, 1, 1), {ANNA})


def test_ignored_failures_are_found_among_the_messages(tell):
    tell((ANNA, "off", 0), (BEN, "gone", 0), (BEN, "off", 1), (CARL, "busy", 0))
    assert not Address.objects.filter(address=ANNA).exists()

    outlook = preview(None, IGNORED, None, "quarantine")

    assert (counts(outlook), who(outlook.entering)) == ((1, 0, 2), {ANNA})
    assert outlook.entering[0].address_id is None


def test_ignored_failures_count_between_successes_that_nobody_kept(tell):
    tell(*((ANNA, word, day) for day, word in enumerate(("off", "off", "done", "off"))))
    tell(*((BEN, "off", day) for day in range(3)))

    outlook = preview(None, IGNORED, None, "count", 3)

    assert (counts(outlook), who(outlook.entering)) == ((1, 0, 2), {BEN})


def test_a_full_mailbox_has_its_own_time(tell):
    tell((ANNA, "full", 0), (ANNA, "full", 20), (BEN, "full", 0), (BEN, "full", 5))

    assert who(preview(None, SOFT, Reason.MAILBOX_FULL, "count", 2, 30).entering) == {ANNA, BEN}
    assert who(preview(None, SOFT, Reason.MAILBOX_FULL, "count", 2, 10).entering) == {BEN}
    # The rule of the reason comes before the one of the type.
    assert counts(preview(None, SOFT, None, "quarantine")) == (0, 0, 0)
    # It is the more general one that decides once it is gone.
    full = Rule.objects.get(reason=Reason.MAILBOX_FULL)
    assert counts(rule_previews.of_removal(rule_id=full.pk, at=timezone.now())) == (0, 0, 2)


def test_a_rule_of_a_channel_is_about_its_addresses_only(tell):
    tell((ANNA, "busy", 0))

    assert counts(preview(Channel.EMAIL, SOFT, None, "quarantine")) == (0, 0, 0)
    assert counts(preview(Channel.SMS, SOFT, None, "quarantine")) == (1, 0, 1)


def test_what_people_decided_and_said_stays(tell):
    tell((ANNA, "gone", 0), (BEN, "gone", 0), (CARL, "gone", 0))
    ids = dict(Address.objects.values_list("address", "id"))
    acts.decide(address_ids=[ids[ANNA]], status="valid", text="x", by=None, at=timezone.now())
    acts.decide(address_ids=[ids[BEN]], status="denylisted", text="x", by=None, at=timezone.now())
    optouts.hear({CARL: [Said(b"k" * 16, STOP, timezone.now())]}, at=timezone.now())

    assert counts(preview(None, HARD, None, "ignore")) == (0, 0, 3)


def test_a_held_failure_stays_void(tell, account):
    tell((ANNA, "busy", 0), (BEN, "off", 1))
    Fact.objects.update(incident=incident(account))

    assert counts(preview(None, SOFT, None, "quarantine")) == (0, 0, 1)
    assert counts(preview(None, IGNORED, None, "quarantine")) == (0, 0, 1)


def incident(account):
    until = START + timedelta(days=5)
    return Incident.objects.create(
        account_id=account.pk,
        state="confirmed",
        began_at=START,
        failing_until=until,
        held_from=START - timedelta(days=1),
        held_until=until,
        watch=thresholds.in_force(),
        found_at=START,
    )


def test_failures_of_long_ago_stay_decided(tell):
    tell((ANNA, "busy", -40), (ANNA, "off", -40))

    assert counts(preview(None, SOFT, None, "quarantine")) == (0, 0, 0)
    assert counts(preview(None, IGNORED, None, "quarantine")) == (0, 0, 0)


def test_an_erased_address_stays_as_it_is(tell):
    tell((ANNA, "gone", 0))
    row = Address.objects.get()
    acts.decide(address_ids=[row.pk], status="denylisted", text="x", by=None, at=timezone.now())
    erasure.forget(address=ANNA, by=None, at=timezone.now())
    tell((ANNA, "off", 1))

    assert preview(None, IGNORED, None, "quarantine").enter == 0


def test_the_same_rules_and_opt_outs_would_change_nothing(tell):
    tell((ANNA, "gone", 0))
    same = [Wanted(rule.channel, rule.failure_type, rule.reason, rule.action, rule.threshold,
                   rule.forgiven_after_days) for rule in rulebook.listed()]  # fmt: skip

    assert counts(rule_previews.of_replacement(same, at=timezone.now())) == (0, 0, 0)
    with pytest.raises(BadRules, match="Two rules"):
        rule_previews.of_replacement([*same, same[0]], at=timezone.now())
    with pytest.raises(BadRules, match="opted out"):
        preview(None, HARD, Reason.DENYLISTED, "ignore")


def test_a_preview_writes_nothing_and_costs_the_same_however_many(tell):
    costs = []
    for number in (1, 3):
        tell(*((f"+3933300{number}000{each}", "busy", 0) for each in range(number)))
        tell(*((f"+3933300{number}100{each}", "off", 0) for each in range(number)))
        before = rows()
        with CaptureQueriesContext(connection) as queries:
            rule_previews.of_replacement(
                [Wanted(None, SOFT, None, "quarantine"), Wanted(None, IGNORED, None, "denylist")],
                at=timezone.now(),
            )
        costs.append(len(queries))
        assert rows() == before

    assert costs[0] == costs[1]


def rows():
    return [list(model.objects.order_by("id").values()) for model in (Address, Fact, Rule)]


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(None, SOFT, None, "count", 2, 10),
        Wanted(None, SOFT, None, "count", 3, 2),
        Wanted(None, HARD, None, "ignore"),
        Wanted(None, IGNORED, None, "count", 2, 5),
        Wanted("sms", IGNORED, Reason.NOT_CONNECTED, "denylist"),
        Wanted(None, HARD, Reason.USER_UNKNOWN, "count", 2, 3),
    ],
)
def test_it_counts_what_happens_when_the_rule_is_in_force(tell, wanted):
    chosen = random.Random(str(wanted))
    words = ("gone", "busy", "busy", "full", "off", "off", "done")
    stories = [
        [(chosen.choice(words), day) for day in sorted(chosen.sample(range(40), 4))]
        for _ in range(30)
    ]

    def live(prefix):
        told = [(f"{prefix}{number:04}", *end)
                for number, story in enumerate(stories) for end in story]  # fmt: skip
        chosen.shuffle(told)
        tell(*told)
        found = Address.objects.filter(address__startswith=prefix, status__in=LEFT_ALONE)
        return {address.removeprefix(prefix) for address in found.values_list("address", flat=True)}

    before = live("+39333111")
    outlook = rule_previews.of_change(wanted, at=timezone.now())
    rulebook.change(wanted, by=None, at=timezone.now())
    after = live("+39333222")

    assert (outlook.enter, outlook.leave) == (len(after - before), len(before - after))
    assert outlook.enter + outlook.leave > 0
