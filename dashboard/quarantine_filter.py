"""What the list of the quarantine is filtered by, and what a decision about many is about."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.qualification_form import REASONS
from dashboard.replay_form import MomentInput
from deliveries.filters import BadFilter
from deliveries.quarantine_filter import HIGHEST_ID, Asked
from messaging.channels import Channel
from messaging.failures import Reason
from messaging.statuses import AddressStatus
from providers import registry
from providers.models import ProviderAccount

SHOWN_REASONS = (*REASONS, Reason.QUARANTINED)
# Filters that the API calls otherwise.
NAMES = {"from": "since", "to": "until"}


def _search(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"type": "search", "autocomplete": "off"} | attributes)


class QuarantineFilterForm(forms.Form):
    """Each may be left open; what cannot be read is named, and filters nothing."""

    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("All but valid")), *AddressStatus.choices],
    )
    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=[("", _("All channels")), *Channel.choices]
    )
    reason = forms.TypedChoiceField(
        label=_("Reason"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("All")), *((reason.value, reason.label) for reason in SHOWN_REASONS)],
    )
    account = forms.ChoiceField(label=_("Account of the delivery"), required=False)
    since = forms.DateTimeField(label=_("Last error since"), required=False, widget=MomentInput)
    until = forms.DateTimeField(label=_("Last error before"), required=False, widget=MomentInput)
    # Django takes fields out of the class, where a form has its own `prefix`.
    prefix = forms.CharField(  # type: ignore[assignment]
        label=_("Number prefix"),
        required=False,
        max_length=32,
        widget=_search(placeholder="+39333", size="8"),
    )
    search = forms.CharField(
        label=_("Address begins with"), required=False, max_length=320, widget=_search()
    )
    delivery = forms.IntegerField(
        required=False, min_value=1, max_value=HIGHEST_ID, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, sees_addresses: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = _accounts()  # type: ignore[attr-defined]
        if not sees_addresses:
            del self.fields["search"], self.fields["prefix"]

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be asked for, by the name of its field."""
        fields: dict[str, Any] = super().clean() or {}
        try:
            self._asked(fields).chosen()
        except BadFilter as error:
            for name, text in error.errors.items():
                self.add_error(NAMES.get(name, name), str(text))
        return fields

    def asked(self) -> Asked:
        """Return what of it could be read."""
        self.is_valid()
        return self._asked(self.cleaned_data)

    def kept(self) -> dict[str, str]:
        """Return what of it could be read, as it was given."""
        given = {name: str(self[name].value() or "") for name in self.fields}
        return {name: text for name, text in given.items() if text and name not in self.errors}

    def _asked(self, fields: dict[str, Any]) -> Asked:
        return Asked(
            status=fields.get("status", ""),
            channel=fields.get("channel", ""),
            reason=fields.get("reason"),
            account=fields.get("account", ""),
            prefix=fields.get("prefix", ""),
            delivery_id=fields.get("delivery"),
            since=fields.get("since"),
            until=fields.get("until"),
            search=fields.get("search", ""),
        )


class BulkForm(forms.Form):
    """A decision about many addresses: those chosen one by one, or all that match."""

    action = forms.CharField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    text = forms.CharField(
        label=_("Why"),
        max_length=500,
        help_text=_("It stands in the story of each address and in the journal."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


def _accounts() -> list[tuple[Any, Any]]:
    """Return the choices: every account, and every kind that has one."""
    accounts = list(ProviderAccount.objects.order_by("name").values_list("id", "name", "kind"))
    used = {kind for _id, _name, kind in accounts}
    return [
        ("", _("All accounts")),
        (_("Accounts"), [(str(identifier), name) for identifier, name, _kind in accounts]),
        (_("Providers"), [choice for choice in registry.choices() if choice[0] in used]),
    ]
