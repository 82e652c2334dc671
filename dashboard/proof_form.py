"""The form by which a proof is sent: to which numbers, and as whose."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from dashboard.previews import Choice
from sending.proofs import BadProof

_BETWEEN = re.compile(r"[,;\n]")


class ProofForm(forms.Form):
    """Numbers, and the recipient of the target whose fields fill the text in."""

    addresses = forms.CharField(
        label=gettext_lazy("Numbers"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy("Up to ten, with their country codes: one a line, or with commas."),
    )
    recipient = forms.TypedChoiceField(
        label=gettext_lazy("As it comes to"), coerce=int, empty_value=None, required=False
    )

    def __init__(self, *args: Any, choices: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        recipient = self.fields["recipient"]
        assert isinstance(recipient, forms.ChoiceField)  # noqa: S101 (told to the type checker)
        recipient.choices = [(choice.value, choice.name) for choice in choices]
        if not choices:
            del self.fields["recipient"]

    def asked(self) -> dict[str, Any]:
        """Return what was asked for, as sending a proof wants it."""
        given = self.cleaned_data
        numbers = (number.strip() for number in _BETWEEN.split(given["addresses"]))
        return {"addresses": [*filter(None, numbers)], "line": given.get("recipient")}

    def blame(self, error: BadProof) -> None:
        """Put each sentence of an error beside its field."""
        for name, sentence in error.errors.items():
            self.add_error(name if name in self.fields else None, sentence)
