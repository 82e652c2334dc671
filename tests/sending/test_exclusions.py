"""Exclusions: each rule with its reason, its text and the past event that is the cause."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from deliveries.models import AuditEvent, Delivery, Exclusion, Message
from messaging.failures import Reason
from messaging.statuses import DeliveryStatus, MessageStatus
from quarantine import acts
from quarantine.ledger import Name
from quarantine.models import Change
from sending import exclusions, ruleset, sentences, trials, typologies
from sending.models import AllowedAddress, Outgoing, Typology
from tests import records
from tests.sending import targets
from tests.sending.targets import left_out, prepare, take

pytestmark = pytest.mark.django_db

ANNA, BEN, CARLA = "+393331234567", "+393331234568", "+447400123456"
TABLE = f"phone,first_name,age,customer\n{ANNA},Anna,30,c1\n{BEN},Ben,n/a,c2\n{CARLA},,60.5,c3\n"


@pytest.fixture
def delivery(db):
    made = targets.delivery()
    take(made, TABLE)
    return made


def block(address, status):
    name = Name("sms", address)
    return acts.add(name=name, status=status, text="Asked by phone", by=None, at=timezone.now())


def row(delivery, line):
    return Exclusion.objects.get(delivery=delivery, line=line)


def test_the_rules_are_in_the_order_in_which_reasons_are_named():
    assert [rule.__name__ for rule in exclusions.RULES] == [
        "missing_address",
        "bad_quality",
        "double",
        "denylisted",
        "quarantined",
        "control_group",
        "filters",
        "missing_field",
        "pressure",
        "quiet_hours",
        "countries",
        "size_limit",
    ]


def test_addresses_that_are_none_and_doubles_are_left_out(db):
    delivery = targets.delivery()
    take(delivery, f"phone\n{ANNA}\nx\n+390612345678\n{ANNA}\n00{ANNA[1:]}\n123\n")
    take(delivery, '{"name": "nobody"}\n', kind="ndjson")
    prepare(delivery)

    assert left_out(delivery) == {
        3: (Reason.BAD_QUALITY, "invalid address"),
        4: (Reason.BAD_QUALITY, "mobile only"),
        5: (Reason.DUPLICATE, "double"),
        6: (Reason.DUPLICATE, "double"),
        7: (Reason.BAD_QUALITY, "invalid address"),
        8: (Reason.NO_ADDRESS, "address"),
    }
    double = row(delivery, 6)
    assert (double.text, double.cause) == ("The address is that of line 2 already.", {"line": 2})
    assert (double.address, row(delivery, 3).address) == (ANNA, "x")


def test_landlines_are_written_to_where_the_typology_says_so(db):
    delivery = targets.delivery()
    targets.rules(mobile_only=False)
    take(delivery, "phone\n+390612345678\n")

    assert prepare(delivery).to_send == 1


@pytest.mark.parametrize(
    ("status", "reason", "rule", "text"),
    [
        ("quarantine", Reason.QUARANTINED, "quarantine", "The recipient cannot be reached"),
        (
            "denylisted",
            Reason.DENYLISTED,
            "denylist",
            "The recipient wants to receive nothing more",
        ),
    ],
)
def test_who_is_left_alone_is_left_out_with_the_change_that_is_the_cause(
    delivery, status, reason, rule, text
):
    address = block(BEN, status)
    prepare(delivery)

    assert left_out(delivery) == {3: (reason, rule)}
    found = row(delivery, 3)
    assert found.text == f"{text}, since {timezone.now():%Y-%m-%d}."
    change = Change.objects.get()
    assert found.cause == {"address_id": address, "change_id": change.pk}


def test_an_allowed_address_is_written_to_although_it_is_in_quarantine(delivery):
    for address, status in ((ANNA, "quarantine"), (BEN, "denylisted")):
        block(address, status)
        AllowedAddress.objects.create(channel="sms", address=address, made_at=timezone.now())
    prepare(delivery)

    assert left_out(delivery) == {3: (Reason.DENYLISTED, "denylist")}
    line = AuditEvent.objects.get(delivery=delivery, code="DEL-1037")
    assert line.text == "1 addresses in quarantine are written to: error ignored."


def test_the_control_group_is_a_share_and_stays_the_same(db):
    lines = "".join(f"+3933{number:08},c{number}\n" for number in range(30_000_000, 30_002_000))
    targets.rules(control_percent=10)
    groups = []
    for order in (1, -1):
        delivery = targets.delivery()
        rows = lines.splitlines(keepends=True)[::order]
        take(delivery, "phone,customer\n" + "".join(rows))
        run = prepare(delivery)
        assert run.targeted == 2000
        found = Exclusion.objects.filter(delivery=delivery)
        assert set(found.values_list("reason", flat=True)) == {int(Reason.CONTROL)}
        groups.append(set(found.values_list("recipient", flat=True)))

    assert groups[0] == groups[1]
    assert 140 < len(groups[0]) < 260


@pytest.mark.parametrize(
    ("field", "operator", "value", "out"),
    [
        ("First Name", "is", "ANNA", [2]),
        ("first_name", "is_not", "anna", [3, 4]),
        ("first_name", "one_of", "ben, carla", [3]),
        ("first_name", "contains", "nn", [2]),
        ("first_name", "starts_with", "b", [3]),
        ("first_name", "empty", "", [4]),
        ("first_name", "filled", "", [2, 3]),
        ("age", "below", "60", [2]),
        ("age", "above", "60", [4]),
        ("unknown", "is", "x", []),
        ("unknown", "empty", "", [2, 3, 4]),
        ("first_name", "contains", "%", []),
    ],
)
def test_filters_leave_out_by_fields(delivery, field, operator, value, out):
    wanted = {"name": "F", "field": field, "operator": operator, "value": value}
    targets.rules(filters=[wanted])
    prepare(delivery)

    assert left_out(delivery) == dict.fromkeys(out, (Reason.EXCLUDED_BY_RULE, "F"))


def test_who_lacks_a_field_of_the_text_is_left_out_unless_it_has_a_default(delivery):
    Delivery.objects.update(content="{{first_name}}, {{age|you}}")
    prepare(delivery)

    assert left_out(delivery) == {4: (Reason.NOT_ELIGIBLE, "missing field")}
    assert row(delivery, 4).text == "The text needs the field first_name, which is empty."
    texts = Outgoing.objects.order_by("position").values_list("text", flat=True)
    assert list(texts) == ["Anna, 30", "Ben, n/a"]


def test_pressure_counts_what_other_deliveries_have_sent(delivery):
    other, now = records.delivery(), timezone.now()
    first, sent = (records.message(other, address=ANNA, accepted_at=now) for _ in range(2))
    records.message(other, address=ANNA, status=MessageStatus.FAILED)
    records.message(other, address=BEN, accepted_at=now)
    only_prepared = records.delivery(status=DeliveryStatus.READY)
    records.message(only_prepared, address=BEN, status=MessageStatus.PENDING, accepted_at=None)
    targets.rules(pressure_messages=2, pressure_days=7)
    prepare(delivery)

    assert left_out(delivery) == {2: (Reason.ARBITRATION, "pressure")}
    found = row(delivery, 2)
    assert found.text == "Messages in the last 7 days already: 2."
    assert found.cause == {
        "message_id": str(sent.pk),
        "message_ids": [str(sent.pk), str(first.pk)],
    }


def test_pressure_is_of_when_a_message_left_not_of_when_it_was_prepared(delivery):
    now = timezone.now()
    sent = records.delivery(last_registered_at=now + timedelta(days=10))
    records.message(sent, address=ANNA, accepted_at=now)
    records.message(sent, address=BEN, accepted_at=now + timedelta(days=10))
    scheduled = records.delivery(status=DeliveryStatus.SCHEDULED)
    records.message(scheduled, address=CARLA, status=MessageStatus.PENDING, accepted_at=None)
    targets.rules(pressure_messages=1, pressure_days=1)
    typology = Typology.objects.get()

    later = now + timedelta(days=10, hours=1)
    soon = trials.run(typology_id=typology.pk, delivery_id=delivery.pk, rules=None, at=later)
    scheduled.delete()
    later = now + timedelta(days=12)
    past = trials.run(typology_id=typology.pk, delivery_id=delivery.pk, rules=None, at=later)

    assert (soon.excluded, past.excluded) == (2, 0)


def test_only_allowed_countries_are_written_to(delivery):
    targets.rules(countries=["IT"])
    prepare(delivery)

    assert left_out(delivery) == {4: (Reason.EXCLUDED_BY_RULE, "allowed countries")}
    assert row(delivery, 4).text == "Numbers of GB are not written to."


def test_a_rule_that_warns_leaves_nobody_out(delivery):
    targets.rules(countries=["IT"], countries_action="warn")
    assert prepare(delivery).excluded == 0

    line = AuditEvent.objects.get(delivery=delivery, code="DEL-1036")
    assert (line.level, line.text) == (
        "warning",
        "Rule allowed countries: 1 recipients concerned.",
    )


@pytest.mark.parametrize(
    ("start", "end", "hour", "quiet"),
    [
        ("21:00", "08:00", 23, True),
        ("21:00", "08:00", 7, True),
        ("21:00", "08:00", 8, False),
        ("21:00", "08:00", 12, False),
        ("12:00", "14:00", 12, True),
        ("12:00", "14:00", 14, False),
    ],
)
def test_quiet_hours_are_hours_of_the_day(start, end, hour, quiet):
    rules = ruleset.read({"quiet_from": start, "quiet_to": end})
    at = datetime(2026, 11, 23, hour, tzinfo=UTC)

    assert rules.is_quiet(at, zone="UTC") is quiet


@pytest.mark.parametrize(("hour", "out"), [(7, [4, 6]), (20, [2, 3])])
def test_quiet_hours_are_those_of_the_country_or_the_site_s_where_it_has_several(
    delivery, hour, out
):
    take(delivery, "phone\n+12015550123\n")
    winter = datetime(timezone.now().year + 1, 1, 15, hour, 30, tzinfo=UTC)
    Delivery.objects.update(contact_date=winter)
    targets.rules(quiet_from="21:00", quiet_to="08:00", quiet_action="exclude")
    prepare(delivery)

    assert left_out(delivery) == dict.fromkeys(out, (Reason.NOT_ELIGIBLE, "quiet hours"))


def test_the_size_is_limited_to_the_first_lines(delivery):
    targets.rules(size_limit=2)
    prepare(delivery)

    assert left_out(delivery) == {4: (Reason.SIZE_LIMIT, "size limit")}
    assert row(delivery, 4).text == "The delivery is limited to 2 messages."


def test_whatever_a_rule_says_is_told_in_the_language_of_the_page(db):
    delivery = targets.delivery(content="Hello {{first_name}}")
    block(ANNA, "denylisted")
    block(BEN, "quarantine")
    records.message(records.delivery(), address="+393331234561", accepted_at=timezone.now())
    out = {"name": "No Emil", "field": "first_name", "operator": "is", "value": "Emil"}
    targets.rules(
        filters=[out], pressure_messages=1, pressure_days=7, countries=["IT"], size_limit=1
    )
    numbers = ["", "x", "+390612345678", "+393331234560", "+393331234560", ANNA, BEN]
    others = ["+393331234561,A", "+393331234562,Emil", "+393331234563,", f"{CARLA},B"]
    lines = [*(f"{number},A" for number in numbers), *others, "+393331234564,C"]
    take(delivery, "phone,first_name\n" + "\n".join(lines))
    prepare(delivery)

    found = Exclusion.objects.filter(delivery=delivery)
    assert found.count() == len(lines) - 1
    with translation.override("it"):
        assert [row.text for row in found if sentences.told(row.text) == row.text] == []
        assert sentences.told(row(delivery, 6).text) == "L'indirizzo è già quello della riga 5."


def test_email_addresses_are_prepared_too(db):
    delivery = targets.delivery(channel="email")
    take(delivery, "email\nAnna@Example.org\nanna@example.org\nnone\n \n")
    take(delivery, '{"name": "nobody"}\n', kind="ndjson")
    prepare(delivery)

    assert left_out(delivery) == {
        3: (Reason.DUPLICATE, "double"),
        4: (Reason.BAD_QUALITY, "invalid address"),
        5: (Reason.NO_ADDRESS, "address"),
        6: (Reason.NO_ADDRESS, "address"),
    }
    assert Message.objects.get().address == "anna@example.org"


def test_a_trial_tells_what_would_be_and_writes_nothing(delivery):
    typology = typologies.create(
        name="Try", rules={"size_limit": 2}, by=None, at=timezone.now()
    ).typology
    run = {"typology_id": typology.pk, "delivery_id": delivery.pk, "at": timezone.now()}

    tried = trials.run(**run, rules=None)
    other = trials.run(**run, rules={"size_limit": 1})

    assert (tried.targeted, tried.excluded, tried.to_send, tried.complete) == (3, 1, 2, True)
    assert [(left.rule, left.lines) for left in other.left] == [("size limit", 2)]
    assert not Exclusion.objects.exists()
    assert not Message.objects.exists()


def test_a_trial_looks_at_the_beginning_of_a_long_target(delivery, monkeypatch):
    monkeypatch.setattr(trials, "MOST", 2)
    typology = Typology.objects.get()

    tried = trials.run(
        typology_id=typology.pk, delivery_id=delivery.pk, rules=None, at=timezone.now()
    )

    assert (tried.targeted, tried.complete) == (2, False)
