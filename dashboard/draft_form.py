"""The form of a delivery that is being written, and of what stays open once it has started."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deliveries import drafts
from deliveries.models import Delivery
from messaging import texts
from messaging.channels import Channel
from providers import registry
from providers.models import ProviderAccount
from sending.models import Typology

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

HOUR = timedelta(hours=1)


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of a day and a time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class Draft(forms.ModelForm[Delivery]):
    """Everything that can be said of a delivery before it starts."""

    hours = forms.IntegerField(
        label=_("Validity in hours"),
        help_text=_("After this time the delivery ends; what is still awaited is unknown."),
        min_value=1,
        max_value=drafts.MOST_HOURS,
    )
    typology = forms.ChoiceField(
        label=_("Typology"),
        help_text=_("The rules by which recipients are left out."),
        required=False,
    )
    # How the delivery was when this form was shown: what tells that somebody else has changed it.
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    class Meta:
        """The sender is part of what a phone shows."""

        model = Delivery
        fields = ("label", "folder", "account", "sender", "content", "contact_date", "typology")
        widgets = {
            "content": forms.Textarea({"rows": 7}),
            "folder": forms.TextInput({"list": "folders", "autocomplete": "off"}),
            "contact_date": MomentInput,
        }
        help_texts = {
            "sender": _("A name of up to 11 characters, or a number with its country code."),
            "content": _(
                "{{first_name}} is replaced by what the recipient's column says, "
                "{{first_name|friend}} by “friend” where it says nothing."
            ),
        }

    field_order = (
        "label",
        "folder",
        "account",
        "sender",
        "content",
        "typology",
        "contact_date",
        "hours",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        delivery = self.instance
        self.fields["hours"].initial = int(delivery.validity / HOUR)
        self.fields["version"].initial = drafts.version(delivery) if delivery.pk else ""
        self.fields["contact_date"].help_text = _(
            "When it should be sent. Times are in the zone %(zone)s."
        ) % {"zone": timezone.get_current_timezone_name()}
        self.fields["account"].queryset = ProviderAccount.objects.filter(  # type: ignore[attr-defined]
            kind__in=_kinds(delivery.channel)
        ).order_by("name")
        self.fields["typology"].choices = _typologies(delivery.typology)  # type: ignore[attr-defined]
        if delivery.channel != Channel.SMS:
            self.fields["sender"].help_text = ""
        if self.is_bound:
            # What is not given stays as it is: a client may know fewer fields.
            kept = {
                name: self.get_initial_for_field(field, name) for name, field in self.fields.items()
            }
            self.data = {**kept, **dict(self.data.items())}

    def clean_content(self) -> str:
        """Count a line's end as one character, as phones do."""
        return texts.lines(self.cleaned_data["content"])

    def asked(self) -> dict[str, Any]:
        """Return the fields of the delivery as they were given."""
        found = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return found | {"validity": self.cleaned_data["hours"] * HOUR}

    def blame(self, error: drafts.BadDraft) -> None:
        """Put each sentence of an error beside its field."""
        for name, sentence in error.errors.items():
            self.add_error(name, sentence)

    def learns(self, current: Delivery) -> "list[Theirs]":
        """Return what somebody else has written in the meantime where this form says otherwise.

        Whoever saves the form again has seen it, and overwrites it.
        """
        self.data = {**self.data, "version": drafts.version(current)}
        return [
            Theirs(self.fields[name].label or name, getattr(current, name))
            for name in self.Meta.fields
            if getattr(current, name) != self.cleaned_data.get(name)
        ]


class Theirs(NamedTuple):
    """A field as somebody else has saved it."""

    label: "StrOrPromise"
    value: Any


class Filing(forms.ModelForm[Delivery]):
    """What may still change of a delivery that has started: where it is filed."""

    class Meta:
        """Nothing of what was sent."""

        model = Delivery
        fields = drafts.ALWAYS_CHANGEABLE
        widgets = {"folder": forms.TextInput({"list": "folders", "autocomplete": "off"})}


def folders() -> list[str]:
    """Return the folders there are."""
    found = Delivery.objects.exclude(folder="").order_by("folder")
    return list(found.values_list("folder", flat=True).distinct())


def _kinds(channel: str) -> list[str]:
    return [kind for kind, _label in registry.choices() if registry.get(kind).channel == channel]


def _typologies(current: str) -> "list[tuple[str, StrOrPromise]]":
    """Return the rule sets there are, and the one that is named already."""
    names = list(Typology.objects.order_by("name").values_list("name", flat=True))
    if current and current not in names:
        names.append(current)
    return [("", _("None")), *((name, name) for name in names)]
