"""Forms of the tab "Target": a file of recipients, and how it is read."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging import sheets
from sending.layout import Layout, Preview
from sending.models import Upload


class FileForm(forms.Form):
    """A file of recipients."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV as spreadsheets write it. The first line names the columns."),
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
    )


class ColumnsForm(forms.Form):
    """How a file is read, beginning with what seems right."""

    delimiter = forms.ChoiceField(
        label=_("Delimiter"),
        required=False,
        choices=[
            ("", _("Found out")),
            ("comma", _("Comma")),
            ("semicolon", _("Semicolon")),
            ("tab", _("Tab")),
            ("pipe", _("Vertical bar")),
        ],
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        required=False,
        choices=[
            ("", _("Found out")),
            ("utf-8", "UTF-8"),
            ("utf-16", "UTF-16"),
            ("cp1252", "Windows-1252"),
        ],
    )
    address = forms.ChoiceField(label=_("Column of the address"))
    reference = forms.ChoiceField(
        label=_("Column of your own reference"),
        required=False,
        help_text=_("What you call the recipient, such as a customer number."),
    )
    mode = forms.ChoiceField(
        label=_("Recipients that are there already"),
        choices=Upload.Mode.choices,
        initial=Upload.Mode.REPLACE,
    )

    def __init__(self, found: Layout, preview: Preview, data: Any, **kwargs: Any) -> None:
        """Offer the columns of the file."""
        super().__init__(data, label_suffix="", **kwargs)
        fields: dict[str, Any] = self.fields
        columns = _columns(found.columns, preview.headers)
        if len(preview.addresses) > 1:
            fields["address"].help_text = _("Several columns may hold the address: choose one.")
        fields["address"].choices = [("", "–"), *columns]  # noqa: RUF001  # nothing chosen
        fields["reference"].choices = [("", "–"), *columns]  # noqa: RUF001  # nothing chosen


def _columns(names: Sequence[str], headers: Sequence[str]) -> list[tuple[str, str]]:
    """Return name and header of each column; of one header in several places, with its place."""
    several = {header for header, times in Counter(headers).items() if times > 1}
    return [
        (name, f"{header} ({place})" if header in several else header or name)
        for place, (name, header) in enumerate(zip(names, headers, strict=True), start=1)
    ]


def named(delimiter: str) -> str:
    """Return the name of a delimiter; nothing for one that only the file itself can say."""
    return next((name for name, sign in sheets.DELIMITERS.items() if sign == delimiter), "")
