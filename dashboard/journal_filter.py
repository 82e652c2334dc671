"""What a journal is filtered by."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard import days
from deliveries.journal_lines import Wanted
from deliveries.models import AuditEvent


class JournalFilter(forms.Form):
    """Each may be left open; what cannot be read is named, and filters nothing."""

    level = forms.ChoiceField(
        label=_("Level"), required=False, choices=[("", _("All")), *AuditEvent.Level.choices]
    )
    search = forms.CharField(
        label=_("Text, code or actor"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    actor = forms.CharField(
        label=_("Actor"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    since = forms.DateField(label=_("From day"), required=False, widget=days.DayInput)
    until = forms.DateField(label=_("To day"), required=False, widget=days.DayInput)

    def chosen(self) -> Wanted:
        """Return what of it could be read."""
        self.is_valid()
        found = self.cleaned_data
        return Wanted(
            level=found.get("level", ""),
            actor=found.get("actor", ""),
            search=found.get("search", ""),
            since=days.beginning(found.get("since")),
            until=days.end(found.get("until")),
        )
