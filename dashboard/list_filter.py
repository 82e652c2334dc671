"""What the list of deliveries is filtered by."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard import days
from dashboard.templatetags.numbers import count
from deliveries.listing import Kinds, Wanted
from messaging.channels import Channel
from messaging.statuses import DeliveryStatus
from providers.models import ProviderAccount

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_LABEL = 200


class ListFilter(forms.Form):
    """Each may be left open.

    Days and accounts that cannot be read are named at their field and filter nothing; the others
    are looked at by the list, which says what it does not know.
    """

    label = forms.CharField(
        label=_("Label contains"),
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "maxlength": MOST_LABEL}
        ),
    )
    status = forms.CharField(label=_("Status"), required=False)
    folder = forms.CharField(label=_("Folder"), required=False)
    account = forms.ModelChoiceField(
        ProviderAccount.objects.order_by("name"),
        label=_("Routing"),
        required=False,
        empty_label=_("All accounts"),
    )
    channel = forms.CharField(label=_("Channel"), required=False)
    since = forms.DateField(label=_("From day"), required=False, widget=days.DayInput)
    until = forms.DateField(label=_("To day"), required=False, widget=days.DayInput)

    def __init__(self, data: Mapping[str, Any], *, kinds: Kinds) -> None:
        super().__init__(data)
        self._offer("status", _("All statuses"), DeliveryStatus.choices)
        folders = [(each.name, f"{each.name} ({count(each.deliveries)})") for each in kinds.folders]
        self._offer("folder", _("All folders"), folders)
        channels = [choice for choice in Channel.choices if choice[0] in kinds.channels]
        # A choice among one is none.
        self._offer("channel", _("All channels"), channels if len(channels) > 1 else [])

    def _offer(
        self,
        name: str,
        whole: "StrOrPromise",
        choices: "Sequence[tuple[str, StrOrPromise]]",
    ) -> None:
        """Let a field be chosen from a list; hide it where there is nothing to choose."""
        self.fields[name].widget = (
            forms.Select(choices=[("", whole), *choices]) if choices else forms.HiddenInput()
        )

    def chosen(self) -> Wanted:
        """Return what of it could be read."""
        self.is_valid()
        found = self.cleaned_data
        account = found.get("account")
        return Wanted(
            label=self._as_given("label"),
            status=self._as_given("status"),
            folder=self._as_given("folder"),
            channel=self._as_given("channel"),
            account=account.pk if account else None,
            since=days.beginning(found.get("since")),
            until=days.end(found.get("until")),
        )

    def _as_given(self, name: str) -> str:
        return str(self.data.get(name, "")).strip()
