"""Typologies: made, changed by a new version, and tried on a target before that."""

import pytest
from django.urls import reverse

from sending import typologies
from sending.models import Typology
from tests.dashboard.queries import cost
from tests.sending import targets
from tests.sending.targets import take

pytestmark = pytest.mark.django_db

RULES = {"quiet_action": "warn", "countries_action": "exclude", "mobile_only": "on"}
ADULTS = {
    "filter-0-name": "Adults",
    "filter-0-field": "age",
    "filter-0-operator": "below",
    "filter-0-value": "18",
}


def own(name="Standard"):
    return reverse("typology", args=[Typology.objects.get(name=name).pk])


def test_all_typologies_are_listed(admin):
    targets.rules("Loyal", size_limit=1234, countries=["IT"], pressure_messages=3, pressure_days=7)

    html = admin.get(reverse("typologies")).content.decode()

    for text in ("Standard", "Loyal", "1,234", "3 in 7 days"):
        assert text in html


def test_a_typology_is_made(admin):
    given = RULES | ADULTS | {"name": "Loyal", "countries": "it, fr", "quiet_from": "21:00"}
    html = admin.post(reverse("typology_new"), given).content.decode()
    assert "Give both, or neither." in html

    answer = admin.post(reverse("typology_new"), given | {"quiet_to": "08:00"})

    assert answer.headers["Location"] == own("Loyal")
    rules = typologies.latest()[0].rules
    assert (rules["countries"], rules["quiet_from"]) == (["FR", "IT"], "21:00")
    assert rules["filters"][0]["name"] == "Adults"
    assert "Adults" in admin.get(own("Loyal")).content.decode()


def test_a_change_is_a_new_version(admin):
    answer = admin.post(own(), RULES | {"size_limit": "10"}, follow=True)

    assert "Version 2 is in force." in answer.content.decode()
    assert typologies.latest()[0].rules["size_limit"] == 10


def test_rules_are_tried_before_they_are_saved(admin):
    delivery = targets.delivery()
    take(delivery, "phone\n+393331234567\n+447400123456\n")

    wanted = RULES | {"try": "1", "countries": "IT"}
    html = admin.post(own(), wanted | {"delivery": delivery.pk}).content.decode()

    assert "Of 2 recipients 1 would be left out, 1 written to." in html
    assert "allowed countries" in html
    assert typologies.latest()[0].version == 1
    assert "Choose the delivery" in admin.post(own(), wanted).content.decode()


def test_only_admins_manage_typologies(operator):
    assert operator.get(reverse("typologies")).status_code == 403
    assert operator.get(own()).status_code == 403


def test_more_typologies_cost_no_more_queries(admin):
    one = cost(admin, reverse("typologies"))
    targets.rules("Loyal", size_limit=1)
    targets.rules("Fair", size_limit=1)

    assert cost(admin, reverse("typologies")) == one
