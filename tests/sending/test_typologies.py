"""Typologies: rules read and refused with the cure, and versions that stay."""

import pytest
from django.utils import timezone

from deliveries.models import AuditEvent
from sending import ruleset, typologies
from sending.models import Typology
from sending.ruleset import BadRuleset, Operator, Ruleset
from tests.sending import targets

GOOD = {
    "default_country": "IT",
    "mobile_only": False,
    "control_percent": 2.5,
    "filters": [{"name": "Adults", "field": "age", "operator": "below", "value": "18"}],
    "pressure_messages": 3,
    "pressure_days": 7,
    "countries": ["FR", "IT"],
    "countries_action": "warn",
    "quiet_from": "21:00",
    "quiet_to": "08:00",
    "quiet_action": "exclude",
    "size_limit": 1000,
}


def test_rules_are_read_and_written_alike():
    assert ruleset.read(GOOD).as_json() == GOOD
    assert ruleset.read({}).as_json() == Ruleset().as_json()


def test_rules_of_a_form_are_understood():
    given = {
        "default_country": " it ",
        "countries": "it, fr;",
        "size_limit": "10",
        "quiet_from": "",
    }
    read = ruleset.read(given)

    assert (read.default_country, read.countries, read.size_limit) == ("IT", ("FR", "IT"), 10)


def a_filter(**given):
    return {"filters": [{"name": "F", "field": "age", "operator": "is", "value": "1"} | given]}


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"unknown": 1}, "unknown", "There is no such rule."),
        (
            {"default_country": "Italy"},
            "default_country",
            "Give a country by its two letters, such as IT.",
        ),
        (
            {"countries": 1},
            "countries",
            "Give a list of countries, each by its two letters, such as IT.",
        ),
        (
            {"countries": ["XX"]},
            "countries",
            "Give a country by its two letters, such as IT.",
        ),
        ({"mobile_only": "yes"}, "mobile_only", "Give true or false."),
        ({"control_percent": 51}, "control_percent", "Give a percentage from 0 to 50."),
        ({"control_percent": "x"}, "control_percent", "Give a percentage from 0 to 50."),
        ({"control_percent": True}, "control_percent", "Give a percentage from 0 to 50."),
        ({"pressure_messages": 1}, "pressure_days", "Give both, or neither."),
        ({"quiet_to": "08:00"}, "quiet_from", "Give both, or neither."),
        ({"quiet_from": "25"}, "quiet_from", "Give a time of the day, such as 21:00."),
        ({"quiet_action": "shout"}, "quiet_action", "Give warn or exclude."),
        ({"size_limit": 0}, "size_limit", "Give a whole number from 1 to 1000000000."),
        ({"size_limit": 1.5}, "size_limit", "Give a whole number from 1 to 1000000000."),
        ({"filters": "x"}, "filters", "Give a list of at most 50 filters."),
        ({"filters": ["x"]}, "filters", "Each filter has name, field, operator and value."),
        (
            a_filter(name=""),
            "filters",
            "Each filter has a name (up to 100 characters) and a field.",
        ),
        (
            a_filter(operator="like"),
            "filters",
            f"The operator is one of {', '.join(Operator.values)}.",
        ),
        (
            a_filter(value=""),
            "filters",
            "The filter “F” compares with nothing: give a value.",
        ),
        (
            a_filter(operator="below", value="x"),
            "filters",
            "The filter “F” compares numbers: give one.",
        ),
        (
            {"filters": a_filter()["filters"] * 2},
            "filters",
            "Two filters have the same name: exclusions tell them apart by it.",
        ),
    ],
)
def test_rules_that_cannot_be_are_refused_by_field(given, field, said):
    with pytest.raises(BadRuleset) as refused:
        ruleset.read(given)
    assert refused.value.errors[field] == said


def test_a_filter_on_emptiness_has_no_value():
    (read,) = ruleset.read(a_filter(operator="empty")).filters
    assert read.value == ""


@pytest.mark.django_db
def test_every_installation_begins_with_a_typology():
    typologies.ensure()

    (version,) = typologies.latest()
    assert (version.typology.name, version.version) == ("Standard", 1)
    assert ruleset.read(version.rules) == Ruleset()


@pytest.mark.django_db
def test_a_change_is_a_new_version_and_what_was_before_stays():
    first = targets.rules("Loyal", size_limit=10)
    second = targets.rules("Loyal", size_limit=20)

    assert (first.version, second.version) == (1, 2)
    versions = typologies.versions(typology_id=first.typology_id)
    assert [row.rules["size_limit"] for row in versions] == [20, 10]
    line = AuditEvent.objects.get(code="TYP-1002")
    assert line.text == "Typology Loyal changed to version 2: size_limit."


@pytest.mark.django_db
def test_rules_that_are_as_before_keep_their_version():
    targets.rules("Loyal", size_limit=10)

    assert targets.rules("Loyal", size_limit=10).version == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Standard", "There is a typology of this name already."),
        (" ", "Give a name of at most 100 characters."),
        ("x" * 101, "Give a name of at most 100 characters."),
    ],
)
def test_a_name_is_given_once(name, said):
    with pytest.raises(BadRuleset) as refused:
        typologies.create(name=name, rules={}, by=None, at=timezone.now())
    assert refused.value.errors == {"name": said}


@pytest.mark.django_db
def test_deliveries_choose_by_name():
    targets.rules("Loyal", size_limit=10)

    assert typologies.names() == ["Standard", "Loyal"]
    assert typologies.of_delivery(targets.delivery()).typology.name == "Standard"
    assert typologies.of_delivery(targets.delivery(typology="Loyal")).typology.name == "Loyal"
    assert Typology.objects.count() == 2
