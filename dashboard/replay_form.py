"""Which stored callbacks to read again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ingestion.replay import ReplayFilter
from providers.models import ProviderAccount


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of date and time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"step": "1"}, format="%Y-%m-%dT%H:%M:%S")


class ReplayForm(forms.Form):
    """An account and a period; each may be left open, but not all of them."""

    account = forms.ModelChoiceField(
        ProviderAccount.objects.order_by("name"),
        label=_("Account"),
        required=False,
        empty_label=_("All accounts"),
    )
    since = forms.DateTimeField(label=_("Received since"), required=False, widget=MomentInput)
    until = forms.DateTimeField(label=_("Received before"), required=False, widget=MomentInput)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, and a replay of everything."""
        fields = super().clean() or {}
        since, until = fields.get("since"), fields.get("until")
        if since and until and since >= until:
            self.add_error("until", _("The period ends before it begins."))
        if not self.errors and not any(fields.values()):
            raise forms.ValidationError(_("Choose an account or a period."))
        return fields

    def chosen(self) -> ReplayFilter:
        """Return what was chosen, once it is valid."""
        account = self.cleaned_data["account"]
        return ReplayFilter(
            account_id=account.pk if account else None,
            since=self.cleaned_data["since"],
            until=self.cleaned_data["until"],
        )
