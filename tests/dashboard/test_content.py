"""The tab "SMS": what was, or will be, written to everybody, and what it takes."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deliveries.models import AuditEvent, Delivery
from messaging.statuses import DeliveryStatus, MessageStatus
from sending.models import Recipient, Typology, Upload
from tests.dashboard.conftest import FRAGMENT
from tests.dashboard.test_deliveries import text_of
from tests.records import account, delivery, message


def draft(**fields):
    return delivery(status=DeliveryStatus.EDITING, sender="ACME", content="Hello", **fields)


def test_an_operator_changes_the_content_before_the_start(operator):
    shown = draft()

    response = operator.post(
        f"/deliveries/{shown.pk}/sms/", {"sender": "SHOP", "content": "One\r\ntwo"}
    )

    changed = Delivery.objects.get()
    assert response.url == f"/deliveries/{shown.pk}/sms/"
    assert (changed.sender, changed.content) == ("SHOP", "One\ntwo")
    assert AuditEvent.objects.get().actor == operator.user.username


def test_an_operator_finds_the_content_in_a_form(operator):
    page = operator.get(f"/deliveries/{draft().pk}/sms/")

    initial = page.context["form"].initial
    assert (initial["label"], initial["sender"], initial["content"]) == (
        "Event launch",
        "ACME",
        "Hello",
    )
    assert "Read only" not in text_of(page)


def test_everything_of_a_draft_is_changed_at_once(operator):
    shown = draft()
    other = account()
    Typology.objects.create(name="Careful")

    operator.post(
        f"/deliveries/{shown.pk}/sms/",
        {
            "label": "Spring",
            "folder": "Fashion",
            "account": other.pk,
            "typology": "Careful",
            "contact_date": "2026-12-01T09:30",
            "hours": "24",
        },
    )

    changed = Delivery.objects.get()
    assert (changed.label, changed.folder, changed.account) == ("Spring", "Fashion", other)
    assert (changed.typology, changed.validity) == ("Careful", timedelta(hours=24))
    assert changed.contact_date == datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    assert changed.content == "Hello"


def test_a_sender_that_no_phone_shows_is_refused_at_its_field(operator):
    shown = draft()

    page = operator.post(f"/deliveries/{shown.pk}/sms/", {"sender": "much too long"})

    assert list(page.context["form"].errors) == ["sender"]
    assert Delivery.objects.get().sender == "ACME"


def test_two_people_who_edit_at_once_do_not_overwrite_each_other_unseen(operator):
    shown = draft()
    path = f"/deliveries/{shown.pk}/sms/"
    seen = operator.get(path).context["form"]["version"].value()
    operator.post(path, {"content": "Hers", "version": seen})

    page = operator.post(path, {"content": "His", "version": seen})

    assert Delivery.objects.get().content == "Hers"
    assert "Somebody else has changed this delivery" in text_of(page)
    assert [(field.label, field.value) for field in page.context["theirs"]] == [("Content", "Hers")]
    assert page.context["form"]["content"].value() == "His"
    # Who saves again has seen it.
    operator.post(path, {"content": "His", "version": page.context["form"]["version"].value()})
    assert Delivery.objects.get().content == "His"


def test_what_has_started_can_still_be_filed(operator, marketer):
    shown = delivery(content="Hello")
    path = f"/deliveries/{shown.pk}/filing/"

    assert marketer.post(path, {"label": "x"}).status_code == 403
    wrong = operator.post(path, {"label": "", "folder": "Spring"})
    operator.post(path, {"label": "Renamed", "folder": "Spring"})

    changed = Delivery.objects.get()
    assert "This field is required." in text_of(wrong)
    assert (changed.label, changed.folder, changed.content) == ("Renamed", "Spring", "Hello")


def test_saving_what_is_there_already_writes_no_journal(operator):
    shown = draft()

    operator.post(f"/deliveries/{shown.pk}/sms/", {"sender": "ACME", "content": "Hello"})

    assert AuditEvent.objects.count() == 0


def test_once_started_the_content_is_a_record(operator):
    shown = delivery(content="Hello")

    page = operator.get(f"/deliveries/{shown.pk}/sms/")
    answer = operator.post(
        f"/deliveries/{shown.pk}/sms/", {"sender": "", "content": "Other"}, follow=True
    )

    assert "Read only" in text_of(page)
    assert "The delivery has started" in text_of(answer)
    assert Delivery.objects.get().content == "Hello"


def test_a_marketer_reads_the_content_and_changes_nothing(marketer):
    shown = draft()

    page = marketer.get(f"/deliveries/{shown.pk}/sms/")
    answer = marketer.post(f"/deliveries/{shown.pk}/sms/", {"content": "Other"})

    assert "<textarea" not in page.content.decode()
    assert (answer.status_code, Delivery.objects.get().content) == (403, "Hello")


def test_a_text_that_is_too_long_is_refused_and_kept_in_the_form(operator):
    shown = draft()

    page = operator.post(f"/deliveries/{shown.pk}/sms/", {"content": "a" * 10_001})

    assert "at most 10000 characters" in text_of(page)
    assert "a" * 10_001 in page.content.decode()


def test_the_phone_shows_sender_text_and_what_they_take(marketer):
    page = text_of(marketer.get(f"/deliveries/{draft().pk}/sms/"))

    assert "ACME Hello Segments 1 Encoding GSM 7-bit 160 per single SMS Characters 5" in page
    assert "Left 155 in the last segment" in page


def test_the_preview_follows_what_is_typed_and_keeps_nothing(operator):
    shown = draft()

    page = operator.post(
        "/sms/preview/", {"sender": "SHOP", "content": "Save 5 € “now” 🎉"}, headers=FRAGMENT
    )

    said = text_of(page)
    assert "SHOP Save 5 € “ now ” 🎉 Segments 1 Encoding UCS-2 70 per single SMS" in said
    assert "U+201C Left double quotation mark" in said
    assert "U+1F389 Party popper" in said
    assert "<html" not in page.content.decode()
    assert Delivery.objects.get(pk=shown.pk).content == "Hello"


def test_typographic_characters_are_taken_back_by_one_press(operator):
    page = operator.post(
        "/sms/preview/?replace=typographic", {"content": "It’s “ú”"}, headers=FRAGMENT
    )
    both = operator.post("/sms/preview/?replace=letters", {"content": "It’s “ú”"})

    assert page.context["replaced"] == 'It\'s "ú"'
    assert 'hx-swap-oob="true"' in page.content.decode()
    assert both.context["shown"].preview.measured.encoding == "gsm7"


def test_a_text_of_a_language_with_tables_is_told_what_they_take(operator):
    page = text_of(operator.post("/sms/preview/", {"content": "ş" * 100}))

    assert "With the national tables for Turkish it would be 1 segment (155 per single" in page


@pytest.fixture
def targeted(db):
    """A draft with three recipients, the second of whom has a long name and the third none."""
    shown = draft()
    names = ["Anna", "Maximiliana Ş", ""]
    for line, name in enumerate(names, start=1):
        Recipient.objects.create(
            delivery=shown,
            line=line,
            address=f"+39347000000{line}",
            reference=f"CRM-{line}",
            fields={"first_name": name, "city": None},
        )
    Upload.objects.create(
        delivery=shown, state=Upload.State.DONE, received=len(names), made_at=shown.created_at
    )
    return shown


def previewed(client, shown, **given):
    return client.post("/sms/preview/", {"delivery": shown.pk, "sender": "ACME"} | given)


def test_the_phone_shows_what_comes_to_a_chosen_recipient(operator, targeted):
    text = "Hi {{First Name|friend}}!"

    first = previewed(operator, targeted, content=text)
    third = previewed(operator, targeted, content=text, recipient="3")
    longest = previewed(operator, targeted, content=text, recipient="longest")
    made_up = previewed(
        operator, targeted, content=text, recipient="made_up", field_first_name="Zoe"
    )

    assert "Hi Anna!" in text_of(first)
    assert "Hi friend!" in text_of(third)
    assert "Hi Maximiliana" in text_of(longest)
    assert "Hi Zoe!" in text_of(made_up)
    assert [choice.name for choice in first.context["shown"].choices] == [
        "1: CRM-1",
        "2: CRM-2",
        "3: CRM-3",
    ]


def test_the_longest_case_is_found_among_the_recipients(operator, targeted):
    page = previewed(operator, targeted, content="{{first_name}}" + "a" * 66)

    shown = page.context["shown"]
    assert (shown.longest.example.line, shown.longest.measured.segments) == (2, 2)
    assert "2 segments, in line 2" in text_of(page)


def test_fields_that_nobody_has_are_named(operator, targeted):
    page = previewed(operator, targeted, content="{{first_name|you}} {{surname}} {{age|0}}")

    shown = page.context["shown"]
    assert (shown.unknown, shown.empty, shown.known) == (
        ["surname", "age"],
        ["surname"],
        ["city", "first_name"],
    )
    assert "The recipients have no such fields:" in text_of(page)


def test_a_preview_costs_the_same_queries_for_one_recipient_and_for_three(operator, targeted):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            previewed(operator, targeted, content="{{first_name}}", account=targeted.account_id)
        return len(queries)

    three = cost()
    Recipient.objects.filter(line__gt=1).delete()

    assert cost() == three


def test_the_cost_is_that_of_the_accounts_last_messages(operator, targeted):
    past = delivery(account=targeted.account)
    for number in range(2):
        message(
            past,
            status=MessageStatus.DELIVERED,
            segments=2,
            price=Decimal("0.06") + number * Decimal("0.02"),
            currency="EUR",
            country="IT",
        )

    page = previewed(operator, targeted, content="Hello", account=targeted.account_id)

    estimate = page.context["shown"].estimate
    assert (estimate.messages, estimate.exact, estimate.unknown) == (3, False, 0)
    assert estimate.totals == {"EUR": Decimal("0.105")}
    assert "In all, about" in text_of(page)


def test_without_recipients_a_price_is_told_and_no_sum(operator):
    draft = delivery(status="editing")
    paid = {"status": MessageStatus.DELIVERED, "segments": 1, "currency": "EUR", "country": "IT"}
    message(delivery(account=draft.account), price=Decimal("0.05"), **paid)

    page = previewed(operator, draft, content="Hello", account=draft.account_id)

    assert "0.0500 EUR per segment" in text_of(page)
    assert "In all" not in text_of(page)


def test_a_cost_that_nobody_has_told_is_not_known(operator, targeted):
    page = previewed(operator, targeted, content="Hello", account=targeted.account_id)

    assert "the provider has told no price of this account" in text_of(page)


def test_once_messages_are_made_their_countries_are_counted(operator, targeted):
    message(
        delivery(account=targeted.account),
        status=MessageStatus.DELIVERED,
        segments=1,
        price=Decimal("0.05"),
        currency="EUR",
        country="IT",
    )
    for country in ("IT", "IT", "FR"):
        message(targeted, status=MessageStatus.PENDING, country=country)

    page = previewed(operator, targeted, content="Hello", account=targeted.account_id)

    estimate = page.context["shown"].estimate
    assert (estimate.exact, estimate.messages, estimate.unknown) == (True, 3, 1)
    assert estimate.totals == {"EUR": Decimal("0.10")}
    assert "1 message to a country whose price was never told" in text_of(page)


@pytest.mark.parametrize("given", [{"account": "x"}, {"delivery": "1" * 30}, {"account": "7" * 9}])
def test_a_preview_of_nonsense_is_a_preview(operator, given):
    assert operator.post("/sms/preview/", {"content": "Hi"} | given).status_code == 200


def test_an_empty_text_is_said_to_be_missing(marketer):
    started = delivery(content="")

    page = text_of(marketer.get(f"/deliveries/{started.pk}/sms/"))

    assert "The text was not told" in page
    assert "No text yet" in page


def test_a_text_is_never_markup(marketer):
    shown = delivery(content="<script>alert(1)</script>")

    page = marketer.get(f"/deliveries/{shown.pk}/sms/").content.decode()

    assert re.findall(r"<script>", page) == []


def test_the_tab_costs_the_same_queries_whatever_the_text(marketer, django_assert_num_queries):
    for text in ("", "Hello “you”"):
        shown = delivery(content=text)
        with django_assert_num_queries(5):
            marketer.get(f"/deliveries/{shown.pk}/sms/")
