"""The tab "SMS": what was, or will be, written to everybody, and what it takes."""

import re

from dashboard import texts
from deliveries.models import AuditEvent, Delivery
from messaging.statuses import DeliveryStatus
from tests.dashboard.conftest import FRAGMENT
from tests.dashboard.test_deliveries import text_of
from tests.records import delivery


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

    assert page.context["form"].initial == {"sender": "ACME", "content": "Hello"}
    assert "Read only" not in text_of(page)


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


def test_an_empty_text_is_said_to_be_missing(marketer):
    started = delivery(content="")

    page = text_of(marketer.get(f"/deliveries/{started.pk}/sms/"))

    assert "The text was not told" in page
    assert "No text yet" in page


def test_a_text_is_never_markup(marketer):
    shown = delivery(content="<script>alert(1)</script>")

    page = marketer.get(f"/deliveries/{shown.pk}/sms/").content.decode()

    assert re.findall(r"<script>", page) == []


def test_a_character_without_a_shape_is_told_by_its_name():
    preview = texts.preview(content="a\u00a0b\u0007", sender="")

    assert [(c.sign, c.code, c.name) for c in preview.culprits] == [
        ("", "U+00A0", "No-break space"),
        ("", "U+0007", ""),
    ]


def test_the_tab_costs_the_same_queries_whatever_the_text(marketer, django_assert_num_queries):
    for text in ("", "Hello “you”"):
        shown = delivery(content=text)
        with django_assert_num_queries(5):
            marketer.get(f"/deliveries/{shown.pk}/sms/")
