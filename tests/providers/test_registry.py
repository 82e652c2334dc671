"""The list of kinds."""

import pytest

from providers import registry


def test_every_kind_is_called_as_its_provider_calls_itself():
    assert {kind: registry.get(kind).slug for kind in registry.PROVIDERS} == {
        kind: kind for kind in registry.PROVIDERS
    }


def test_an_unknown_kind_is_told_the_known_ones():
    with pytest.raises(registry.UnknownKind) as unknown:
        registry.get("pigeon")

    known = ", ".join(registry.PROVIDERS)
    assert str(unknown.value) == f"There is no provider of kind “pigeon”. There are: {known}."


def test_choices_are_kinds_and_labels():
    assert dict(registry.choices())["twilio"] == "Twilio"
    assert [kind for kind, _label in registry.choices()] == list(registry.PROVIDERS)


def test_kinds_are_offered_by_channel():
    by_channel = {
        str(label): [kind for kind, _name in kinds] for label, kinds in registry.by_channel()
    }

    assert list(by_channel) == ["SMS", "E-mail"]
    assert by_channel["SMS"][0] == "twilio"
    assert by_channel["E-mail"][0] == "amazon_ses"
    assert sum(map(len, by_channel.values())) == len(registry.PROVIDERS)


def test_a_kind_that_is_gone_sent_sms():
    assert registry.channel("pigeon") == "sms"


@pytest.mark.parametrize("kind", registry.PROVIDERS)
def test_credentials_have_names_and_labels_for_forms(kind):
    fields = registry.get(kind).credential_fields

    assert len({field.name for field in fields}) == len(fields)
    assert all(str(field.label) and str(field.help_text) for field in fields)
