"""How long links work."""

import pytest

from deliveries.models import AuditEvent
from tests import records
from tests.records import NOON
from tracking import terms, urls
from tracking.models import TrackedUrl
from tracking.terms import BadTerms

pytestmark = pytest.mark.django_db


def change(delivery, days):
    terms.change(delivery_id=delivery.pk, days=days, by=None, at=NOON)
    return terms.days_of(delivery_id=delivery.pk)


def test_a_delivery_has_terms_of_its_own_or_those_of_all(settings):
    delivery = records.delivery()
    settings.LINK_DAYS = 90

    assert [change(delivery, days) for days in (None, 90, 30, 30, 60)] == [90, 90, 30, 30, 60]
    said = AuditEvent.objects.order_by("id").values_list("code", "text")
    assert list(said) == [
        ("LNK-1002", "Links work for 30 days."),
        ("LNK-1002", "Links work for 60 days."),
    ]


@pytest.mark.parametrize("days", [0, -1, 3_651])
def test_links_work_for_days_that_make_sense(days):
    with pytest.raises(BadTerms):
        change(records.delivery(), days)


def test_decisions_on_several_urls_are_taken_together_or_not_at_all():
    delivery = records.delivery(content="x.it y.it", status="editing")
    first, second = urls.of(delivery_id=delivery.pk)

    def settle(**fields):
        decisions = {first.pk: {"label": "Shop"}, second.pk: {"mode": "never"} | fields}
        urls.settle(delivery_id=delivery.pk, decisions=decisions, days=7, by=None, at=NOON)

    with pytest.raises(urls.BadUrlSetting) as refusal:
        settle(label="")
    assert refusal.value.errors.keys() == {f"label_{second.pk}"}
    settle()

    found = TrackedUrl.objects.order_by("id").values_list("label", "mode")
    assert list(found) == [("Shop", "tracked"), ("y.it", "never")]
    assert terms.days_of(delivery_id=delivery.pk) == 7
