"""What inbound messages are filtered by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard import days
from ingestion.inbound import NONE, InboundFilter
from ingestion.models import InboundMessage
from providers.models import ProviderAccount


class InboundFilterForm(forms.Form):
    """Each may be left open; what cannot be read is named, and filters nothing."""

    search = forms.CharField(
        label=_("Address begins with"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    keyword = forms.ChoiceField(
        label=_("Keyword"),
        required=False,
        choices=[("", _("All")), *((word, word) for word in ("STOP", "START", "HELP")),
                 (NONE, _("No keyword"))],
    )  # fmt: skip
    action = forms.ChoiceField(
        label=_("Action"),
        required=False,
        choices=[("", _("All")), *((value or NONE, label)
                                   for value, label in InboundMessage.Action.choices)],
    )  # fmt: skip
    account = forms.ModelChoiceField(
        ProviderAccount.objects.order_by("name"),
        label=_("Account"),
        required=False,
        empty_label=_("All accounts"),
    )
    since = forms.DateField(label=_("From day"), required=False, widget=days.DayInput)
    until = forms.DateField(label=_("To day"), required=False, widget=days.DayInput)
    delivery = forms.IntegerField(
        required=False, min_value=1, max_value=(1 << 63) - 1, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, sees_addresses: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sees_addresses:
            del self.fields["search"]

    def chosen(self) -> InboundFilter:
        """Return what of it could be read."""
        self.is_valid()
        found = self.cleaned_data
        account = found.get("account")
        return InboundFilter(
            search=found.get("search", ""),
            keyword=found.get("keyword", ""),
            action=found.get("action", ""),
            account_id=account.pk if account else None,
            delivery_id=found.get("delivery"),
            since=days.beginning(found.get("since")),
            until=days.end(found.get("until")),
        )
