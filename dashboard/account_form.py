"""The form of a provider account: its fields are the credentials of its kind."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ingestion.accounts import BadAccount
from providers import tables
from providers.base import CredentialField, Provider
from sending.models.lane import MOST_A_SECOND

HOUR = timedelta(hours=1)
UNVERIFIED = {"verify": "none"}


class AccountForm(forms.Form):
    """Name and credentials; a secret is never shown again, only added to or replaced.

    stored: the credentials there are, empty for a new account.
    """

    name = forms.CharField(label=_("Name"), max_length=100)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        provider: Provider,
        stored: Mapping[str, Any],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}), label_suffix="")
        self.provider = provider
        self.stored = stored
        for field in provider.fields:
            self.fields[f"credential_{field.name}"] = self._field(field)
            if field.secret and stored.get(field.name):
                self.fields[f"only_{field.name}"] = forms.BooleanField(
                    label=_("Forget the values stored so far"), required=False
                )
        self.fields["receipt_hours"] = forms.CharField(
            label=_("Hours to wait for a receipt"),
            help_text=_(
                "Then a message is unknown until one still comes. Left empty: %(hours)d, as for "
                "all accounts of this provider."
            )
            % {"hours": provider.receipt_limit // HOUR},
            required=False,
            initial=stored.get("receipt_hours", ""),
            max_length=3,
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        )
        if provider.submitter:
            self.fields["rate"] = forms.IntegerField(
                label=_("Messages per second"),
                help_text=_("For sending. Left empty: %(rate)d, as for all accounts of this kind.")
                % {"rate": provider.submitter.rate},
                required=False,
                min_value=1,
                max_value=MOST_A_SECOND,
            )
        self.fields["short_domain"] = forms.CharField(
            label=_("Short domain"),
            help_text=_(
                "Of the links in texts, such as sms.example; with https:// in front it is "
                "written so. Left empty: a path of this system."
            ),
            required=False,
            max_length=270,
        )
        self.fields["unverified"] = forms.BooleanField(
            label=_("Do not check signatures"),
            help_text=_(
                "Only for tests: whoever learns the callback address can then report what they "
                "like. The account is shown with a warning."
            ),
            required=False,
            initial=stored.get("verify") == "none",
        )

    def _field(self, field: CredentialField) -> forms.CharField:
        value = self.stored.get(field.name, "")
        if not field.secret:
            value = tables.written(value) if field.table else value
            return forms.CharField(
                label=field.label, help_text=field.help_text, required=False, initial=value
            )
        count = len(value) if isinstance(value, list) else int(bool(value))
        kept = ngettext(
            "%(count)d value is stored. Give another to rotate: both are accepted.",
            "%(count)d values are stored. Give another to rotate: all are accepted.",
            count,
        ) % {"count": count}
        return forms.CharField(
            label=field.label,
            help_text=f"{field.help_text} {kept}" if count else field.help_text,
            required=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )

    def credentials(self) -> dict[str, Any]:
        """Return the credentials as they are to be stored, once the form is valid."""
        entered = self.cleaned_data
        found = {name: value for name, value in self.stored.items() if name != "verify"}
        for field in self.provider.fields:
            value = entered[f"credential_{field.name}"]
            if field.secret:
                kept = [] if entered.get(f"only_{field.name}") else _listed(found.get(field.name))
                found[field.name] = _rotated(kept, value)
            else:
                found[field.name] = value
        found["receipt_hours"] = entered["receipt_hours"]
        return {name: value for name, value in found.items() if value} | (
            UNVERIFIED if entered["unverified"] else {}
        )

    def blame(self, error: BadAccount) -> None:
        """Put each sentence of an error beside its field."""
        for name, sentence in error.credentials.items():
            field = name if name in self.fields else f"credential_{name}"
            self.add_error(field if field in self.fields else None, sentence)
        for name, sentence in error.errors.items():
            if name != "credentials" or not error.credentials:
                self.add_error(name if name in self.fields else None, sentence)


def _listed(value: Any) -> list[str]:
    if isinstance(value, list):
        return value
    return [value] if value else []


def _rotated(kept: list[str], added: str) -> Any:
    """Return one value as a text and several as a list, the newest first."""
    values = [added, *(value for value in kept if value != added)] if added else kept
    return values[0] if len(values) == 1 else values
