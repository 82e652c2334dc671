"""Which of the callbacks that were set aside to look at, or to decide on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.held_callbacks import Chosen, Pile
from dashboard.replay_form import MomentInput
from providers.models import ProviderAccount

LONGEST_CAUSE = 500


class HeldForm(forms.Form):
    """A pile, narrowed by account, period and cause; what cannot be read narrows nothing."""

    state = forms.ChoiceField(choices=Pile.choices, required=False, widget=forms.HiddenInput)
    account = forms.ModelChoiceField(
        ProviderAccount.objects.order_by("name"),
        label=_("Account"),
        required=False,
        empty_label=_("All accounts"),
    )
    since = forms.DateTimeField(label=_("Received since"), required=False, widget=MomentInput)
    until = forms.DateTimeField(label=_("Received before"), required=False, widget=MomentInput)
    cause = forms.CharField(required=False, max_length=LONGEST_CAUSE, widget=forms.HiddenInput)
    # The newest one that was shown: what came later was not looked at by whoever decides.
    newest = forms.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def chosen(self) -> Chosen:
        """Return what was chosen."""
        self.is_valid()
        fields: dict[str, Any] = self.cleaned_data
        account = fields.get("account")
        return Chosen(
            pile=Pile(fields.get("state") or Pile.DEAD),
            account_id=account.pk if account else None,
            since=fields.get("since"),
            until=fields.get("until"),
            cause=fields.get("cause") or "",
            newest=fields.get("newest"),
        )
