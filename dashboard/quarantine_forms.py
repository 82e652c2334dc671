"""What people decide about addresses, and rules as they are written."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging import addresses
from messaging.channels import Channel
from messaging.failures import FailureType, Reason
from messaging.statuses import AddressStatus
from quarantine.ledger import Name
from quarantine.models import Address, Rule
from quarantine.rulebook import Wanted

LONGEST_TEXT = 500
NOT_WRITTEN = {"autocomplete": "off", "spellcheck": "false"}
DECISIONS = {
    AddressStatus.VALID: _("Release: it may be written to again"),
    AddressStatus.QUARANTINE: _("Quarantine"),
    AddressStatus.DENYLISTED: _("Denylist"),
}


def _why() -> forms.CharField:
    return forms.CharField(
        label=_("Why"),
        max_length=LONGEST_TEXT,
        help_text=_("It stands in the story of the address and in the journal."),
        widget=forms.TextInput(attrs=NOT_WRITTEN),
    )


def _address() -> forms.CharField:
    return forms.CharField(
        label=_("Address"),
        max_length=320,
        help_text=_("A number in international form, such as +39…, or an e-mail."),
        widget=forms.TextInput(attrs=NOT_WRITTEN),
    )


class DecisionForm(forms.Form):
    """What becomes of an address."""

    status = forms.ChoiceField(label=_("Decision"))
    text = _why()

    def __init__(self, row: Address, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["status"].choices = [  # type: ignore[attr-defined]
            (status, DECISIONS[status]) for status in _open_to(row)
        ]


class NewAddressForm(forms.Form):
    """An address to be left alone; it travels in the body of the request."""

    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    address = _address()
    status = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (status, DECISIONS[status])
            for status in (AddressStatus.QUARANTINE, AddressStatus.DENYLISTED)
        ],
    )
    text = _why()

    def clean(self) -> dict[str, Any]:
        """Bring the address into its one spelling."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("address") and said.get("channel"):
            try:
                said["address"] = addresses.normalise(said["channel"], said["address"])
            except addresses.BadAddress as error:
                self.add_error("address", str(error))
        return said

    def name(self) -> Name:
        """Return the address, once the form is valid."""
        return Name(self.cleaned_data["channel"], self.cleaned_data["address"])


class AllowedForm(forms.Form):
    """An address that is to be written to although it is in quarantine."""

    address = _address()
    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_TEXT,
        help_text=_("It stands in the list and in the journal."),
        widget=forms.TextInput(attrs=NOT_WRITTEN),
    )


class ImportForm(forms.Form):
    """A table of addresses that are to be left alone."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV with any delimiter: address, channel, status, reason, text, date, or in the order "
            "that a first line names. Only the address is needed."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    status = forms.ChoiceField(
        label=_("Where a line names no status"),
        choices=[
            (status, DECISIONS[status])
            for status in (AddressStatus.QUARANTINE, AddressStatus.DENYLISTED)
        ],
    )
    text = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_TEXT,
        help_text=_("For the lines that say nothing themselves."),
        widget=forms.TextInput(attrs=NOT_WRITTEN),
    )


class RuleForm(forms.Form):
    """One rule: what a failure does to the address."""

    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=[("", _("Any")), *Channel.choices]
    )
    failure_type = forms.TypedChoiceField(
        label=_("Failure type"),
        coerce=int,
        choices=FailureType.choices,
        initial=FailureType.SOFT,
    )
    reason = forms.TypedChoiceField(
        label=_("Reason"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Any")), *Reason.choices],
    )
    action = forms.ChoiceField(
        label=_("Action"), choices=Rule.Action.choices, initial=Rule.Action.COUNT
    )
    threshold = forms.IntegerField(
        label=_("Errors until quarantine"),
        min_value=1,
        max_value=1_000,
        initial=5,
        help_text=_("Where errors are counted."),
    )
    forgiven_after_days = forms.IntegerField(
        label=_("Days until errors are forgiven"),
        min_value=1,
        max_value=3_650,
        initial=10,
        help_text=_("If no other error is counted meanwhile."),
    )

    @classmethod
    def of(cls, rule: Rule | None, data: Any = None) -> "RuleForm":
        """Return the form, filled with a rule that is to be changed."""
        names = Wanted._fields
        initial = {name: getattr(rule, name) for name in names} if rule else None
        return cls(data, initial=initial, label_suffix="")

    def wanted(self) -> Wanted:
        """Return the rule, once the form is valid."""
        said = self.cleaned_data
        return Wanted(**said | {"channel": said["channel"] or None})


def _open_to(row: Address) -> list[AddressStatus]:
    """Return what an address can become as it stands."""
    known = AddressStatus(row.status)
    if known == AddressStatus.DENYLISTED:
        # Only a person's decision holds against a START.
        more = [AddressStatus.DENYLISTED] if row.by_word else []
        return [AddressStatus.VALID, *more]
    wanted = [] if known == AddressStatus.VALID else [AddressStatus.VALID]
    if known != AddressStatus.QUARANTINE:
        wanted.append(AddressStatus.QUARANTINE)
    return [*wanted, AddressStatus.DENYLISTED]
