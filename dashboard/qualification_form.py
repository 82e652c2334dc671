"""What an error is to mean from now on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureType, Reason
from providers.models import Qualification
from providers.suggestions import Suggestion

STATUS = Qualification.Status
TYPES = (FailureType.HARD, FailureType.SOFT, FailureType.IGNORED)
# The others say why a message was never sent.
REASONS = (
    Reason.UNDEFINED,
    Reason.USER_UNKNOWN,
    Reason.INVALID_DOMAIN,
    Reason.UNREACHABLE,
    Reason.ACCOUNT_DISABLED,
    Reason.MAILBOX_FULL,
    Reason.NOT_CONNECTED,
    Reason.DENYLISTED,
    Reason.BAD_QUALITY,
    Reason.REFUSED,
    Reason.ERROR_IGNORED,
)


class QualificationForm(forms.Form):
    """A judgement; `seen` is the last change that whoever decides has seen."""

    status = forms.ChoiceField(
        label=_("Judgement"),
        choices=[
            (STATUS.KEEP, _("Keep: type and reason as below")),
            (STATUS.IGNORE, _("Ignore: it says nothing about the address")),
            (STATUS.TO_QUALIFY, _("To qualify: as the provider's table says")),
        ],
    )
    failure_type = forms.TypedChoiceField(
        label=_("Failure type"),
        coerce=int,
        choices=[(kind.value, kind.label) for kind in TYPES],
        help_text=_(
            "Hard quarantines at once, soft is counted, ignored never touches the address."
        ),
    )
    reason = forms.TypedChoiceField(
        label=_("Reason"),
        coerce=int,
        choices=[(reason.value, reason.label) for reason in REASONS],
    )
    text = forms.CharField(
        label=_("In plain words"),
        max_length=500,
        required=False,
        help_text=_("Shown in the place of the provider's own words. No addresses, please."),
    )
    history = forms.BooleanField(
        label=_("Judge history again"),
        required=False,
        help_text=_("Messages that failed so before are judged by it too, in the background."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(
        cls, row: Qualification, *, suggestion: Suggestion, seen: int, data: Any = None
    ) -> "QualificationForm":
        """Return the form filled with what is said, or with what is suggested while it waits."""
        waits = row.status == STATUS.TO_QUALIFY
        initial = {
            "status": STATUS.KEEP if waits else row.status,
            "failure_type": suggestion.failure_type if waits else row.failure_type,
            "reason": suggestion.reason if waits else row.reason,
            "text": row.text,
            "history": waits,
            "seen": seen,
        }
        return cls(data, initial=initial, label_suffix="")

    def wanted(self) -> dict[str, Any]:
        """Return what was said, once it is valid: only what goes with the judgement."""
        said = self.cleaned_data
        names = {
            STATUS.KEEP: ("status", "failure_type", "reason", "text"),
            STATUS.IGNORE: ("status", "reason", "text"),
            STATUS.TO_QUALIFY: ("status", "text"),
        }
        return {name: said[name] for name in names[STATUS(said["status"])]}
