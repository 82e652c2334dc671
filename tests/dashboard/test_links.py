"""The page on which the URLs of a content are decided on."""

import pytest
from django.urls import reverse

from messaging.statuses import DeliveryStatus
from tests import records
from tests.dashboard.queries import cost
from tracking import terms
from tracking.models import TrackedUrl

pytestmark = pytest.mark.django_db


def draft(content="x.it y.it"):
    return records.delivery(status=DeliveryStatus.EDITING, content=content)


def page(delivery):
    return reverse("delivery_links", args=[delivery.pk])


def given(delivery, days=30, **changed):
    data = {"days": days}
    for url in TrackedUrl.objects.filter(delivery=delivery):
        data |= {f"label_{url.pk}": url.label, f"category_{url.pk}": "", f"mode_{url.pk}": url.mode}
        data |= {f"{name}_{url.pk}": value for name, value in changed.items()}
    return data


def test_urls_are_decided_on_together(operator):
    delivery = draft()
    shown = operator.get(page(delivery)).content.decode()
    assert ("x.it" in shown, "y.it" in shown, "/l/" in shown) == (True, True, True)

    answer = operator.post(page(delivery), given(delivery, mode="opt_out", category="Shop"))

    assert answer.status_code == 302
    found = TrackedUrl.objects.values_list("mode", "category").distinct()
    assert list(found) == [("opt_out", "Shop")]
    assert terms.days_of(delivery_id=delivery.pk) == 30


@pytest.mark.parametrize(("mode", "segments"), [("tracked", 2), ("never", 1)])
def test_the_composer_counts_a_link_by_the_length_it_will_have(operator, marketer, mode, segments):
    delivery = draft(f"x.it {'a' * 150}")
    TrackedUrl.objects.filter(delivery=delivery).update(mode=mode)

    for person in (operator, marketer):
        shown = person.get(reverse("delivery_sms", args=[delivery.pk])).context["shown"]
        assert shown.preview.measured.segments == segments


@pytest.mark.parametrize("wrong", [{"label": " "}, {"mode": "sometimes"}, {"days": 0}])
def test_what_is_wrong_stands_beside_its_field(operator, wrong):
    delivery = draft("x.it")

    answer = operator.post(page(delivery), given(delivery, **wrong))

    assert (answer.status_code, b"field__error" in answer.content) == (200, True)
    assert TrackedUrl.objects.get().mode == "tracked"


def test_after_the_start_labels_are_changed_and_modes_stay(operator):
    delivery = draft("x.it")
    type(delivery).objects.update(status=DeliveryStatus.FINISHED)

    operator.post(page(delivery), given(delivery, label="Shop", mode="never"))

    url = TrackedUrl.objects.get()
    assert (url.label, url.mode) == ("Shop", "tracked")


def test_urls_that_went_meanwhile_are_told(operator, monkeypatch):
    delivery = draft("x.it")
    data = given(delivery)
    shown = TrackedUrl.objects.get()
    monkeypatch.setattr("tracking.urls.of", lambda *, delivery_id: [shown])
    TrackedUrl.objects.all().delete()

    answer = operator.post(page(delivery), data, follow=True)

    assert "look again" in answer.content.decode()


def test_a_content_without_urls_says_so(operator):
    assert b"No links" in operator.get(page(draft("Hello"))).content


def test_a_page_costs_the_same_for_one_url_and_for_three(operator):
    one, three = draft("x.it"), draft("x.it y.it z.it")

    operator.get(page(one))
    assert cost(operator, page(one)) == cost(operator, page(three))


def test_marketers_decide_nothing(marketer):
    assert marketer.get(page(draft())).status_code == 403


def test_an_account_gets_its_short_domain(admin):
    account = records.account()
    path = reverse("account", args=[account.pk])

    wrong = admin.post(path, {"name": account.name, "short_domain": "no domain"})
    assert b"Give a domain such as" in wrong.content
    admin.post(path, {"name": account.name, "short_domain": "https://s.example"})

    assert b'value="https://s.example"' in admin.get(path).content
