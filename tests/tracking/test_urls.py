"""The URLs of a content: found, decided on, remembered."""

import pytest

from deliveries import drafts
from deliveries.models import AuditEvent, Delivery
from messaging.statuses import DeliveryStatus
from tests import records
from tests.records import NOON
from tracking import urls
from tracking.models import RememberedUrl, TrackedUrl
from tracking.urls import BadUrlSetting, NotChangeable

pytestmark = pytest.mark.django_db


def draft(content="See https://x.it/a?b=1 and y.it, stop: x.it/stop", **fields):
    return records.delivery(status=DeliveryStatus.EDITING, content=content, **fields)


def noted(delivery):
    rows = TrackedUrl.objects.filter(delivery=delivery).order_by("id")
    return [(row.url, row.label, row.mode) for row in rows]


def decide(delivery, url, **fields):
    row = TrackedUrl.objects.get(delivery=delivery, url=url)
    return urls.decide(delivery_id=delivery.pk, url_id=row.pk, by=None, at=NOON, **fields)


def test_urls_are_found_as_soon_as_a_content_is_written():
    assert noted(draft()) == [
        ("https://x.it/a?b=1", "x.it/a", "tracked"),
        ("y.it", "y.it", "tracked"),
        ("x.it/stop", "x.it/stop", "tracked"),
    ]


def test_a_changed_content_keeps_what_was_decided_on_the_urls_it_still_has():
    delivery = draft("y.it x.it")
    decide(delivery, "x.it", label="Shop", mode="opt_out")

    drafts.change(delivery_id=delivery.pk, by=None, at=NOON, content="x.it z.it x.it")

    assert noted(delivery) == [("x.it", "Shop", "opt_out"), ("z.it", "z.it", "tracked")]


def test_another_change_looks_for_no_urls(django_assert_num_queries):
    delivery = draft()
    delivery.folder = "Spring"

    with django_assert_num_queries(1):
        delivery.save(update_fields=["folder"])


def test_what_no_browser_opens_is_no_url():
    assert noted(draft("https://x.it/" + "a" * 4_000)) == []


def test_always_and_never_hold_for_later_deliveries_until_they_are_taken_back():
    first = draft("x.it y.it")
    decide(first, "x.it", label="Shop", category="shop", mode="always")
    decide(first, "y.it", mode="never")

    second = draft("x.it y.it")
    assert noted(second) == [("x.it", "Shop", "always"), ("y.it", "y.it", "never")]

    decide(second, "x.it", mode="not_tracked")
    decide(second, "y.it", mode="always")
    third = draft("x.it y.it")
    assert noted(third) == [("x.it", "x.it", "tracked"), ("y.it", "y.it", "always")]
    assert RememberedUrl.objects.get().url == "y.it"
    # Other deliveries stay as they were decided on.
    assert noted(first)[0] == ("x.it", "Shop", "always")


def test_a_decision_is_journaled_without_the_url():
    delivery = draft("x.it/secret")

    decide(delivery, "x.it/secret", label="Shop", category="a")
    decide(delivery, "x.it/secret", label="Shop")

    line = AuditEvent.objects.get(delivery=delivery)
    url = TrackedUrl.objects.get()
    assert (line.code, line.text) == ("LNK-1001", f"URL {url.pk} changed: label, category.")


def test_after_the_start_labels_change_but_links_do_not():
    delivery = draft("x.it")
    delivery.status = DeliveryStatus.IN_PROGRESS
    delivery.content = "y.it"
    delivery.save()

    decide(delivery, "x.it", label="Shop")
    with pytest.raises(NotChangeable):
        decide(delivery, "x.it", mode="never")

    assert noted(delivery) == [("x.it", "Shop", "tracked")]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"label": " "}, {"label"}),
        ({"label": "a" * 201}, {"label"}),
        ({"category": "a" * 101, "mode": "sometimes"}, {"category", "mode"}),
    ],
)
def test_a_wrong_decision_names_its_fields(fields, named):
    delivery = draft("x.it")

    with pytest.raises(BadUrlSetting) as refusal:
        decide(delivery, "x.it", **fields)

    assert refusal.value.errors.keys() == named


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        ("not_tracked", DeliveryStatus.EDITING),
        ("never", DeliveryStatus.EDITING),
        ("always", DeliveryStatus.READY),
        ("opt_out", DeliveryStatus.READY),
    ],
)
def test_a_mode_that_makes_other_texts_asks_for_a_new_preparation(mode, status):
    delivery = draft("y.it")
    Delivery.objects.filter(pk=delivery.pk).update(status=DeliveryStatus.READY)

    decide(delivery, "y.it", mode=mode)

    delivery.refresh_from_db()
    assert delivery.status == status
    told = AuditEvent.objects.filter(delivery=delivery, code="DEL-1003").exists()
    assert told == (status == DeliveryStatus.EDITING)


@pytest.mark.parametrize("status", [DeliveryStatus.TARGETING, DeliveryStatus.SCHEDULED])
def test_modes_wait_while_messages_are_made_or_scheduled(status):
    delivery = draft("y.it")
    Delivery.objects.filter(pk=delivery.pk).update(status=status)

    with pytest.raises(NotChangeable):
        decide(delivery, "y.it", mode="never")

    assert decide(delivery, "y.it", label="Shop").label == "Shop"
