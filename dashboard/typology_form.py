"""The form of a typology's rules; what can be said is up to sending.ruleset."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sending.ruleset import Action, BadRuleset, Filter, Operator, Ruleset

MORE_FILTERS = 3


class RulesForm(forms.Form):
    """The rules of a version."""

    default_country = forms.CharField(
        label=_("Country of numbers without a country code"),
        required=False,
        max_length=2,
        help_text=_("Two letters, such as IT."),
    )
    mobile_only = forms.BooleanField(label=_("Mobile numbers only"), required=False)
    control_percent = forms.DecimalField(
        label=_("Control group, in percent"), required=False, min_value=0, max_value=50
    )
    pressure_messages = forms.IntegerField(
        label=_("At most so many messages"), required=False, min_value=1
    )
    pressure_days = forms.IntegerField(label=_("in so many days"), required=False, min_value=1)
    quiet_from = forms.TimeField(
        label=_("Quiet from"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
        help_text=_("By the clock of the number's country; where that has several, by the site's."),
    )
    quiet_to = forms.TimeField(
        label=_("Quiet until"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    quiet_action = forms.ChoiceField(label=_("In quiet hours"), choices=Action.choices)
    countries = forms.CharField(
        label=_("Allowed countries"),
        required=False,
        max_length=1000,
        help_text=_("Two letters each, such as IT, FR. Left empty: all."),
    )
    countries_action = forms.ChoiceField(label=_("Other countries"), choices=Action.choices)
    size_limit = forms.IntegerField(label=_("Size limit"), required=False, min_value=1)

    def __init__(self, rules: Ruleset, data: Any = None) -> None:
        """Show these rules, and some room for more filters."""
        initial = rules.as_json()
        initial["countries"] = ", ".join(rules.countries)
        super().__init__(data, initial=initial, label_suffix="")
        self.filters = [*rules.filters, *[Filter("", "", "is", "")] * MORE_FILTERS]

    def filter_rows(self) -> list[dict[str, str]]:
        """Return the filters as they are to be shown, each value by the name of its input."""
        return [
            {"number": str(number)}
            | {
                name: self.data.get(f"filter-{number}-{name}", value)
                for name, value in each._asdict().items()
            }
            for number, each in enumerate(self.filters)
        ]

    def operators(self) -> list[tuple[str, Any]]:
        """Return how filters compare."""
        return Operator.choices

    def wanted(self) -> dict[str, Any]:
        """Return the rules that were given, once the form is valid; empty rows are no filters."""
        said: dict[str, Any] = {
            name: value for name, value in self.cleaned_data.items() if value not in (None, "")
        }
        for name in ("quiet_from", "quiet_to"):
            if name in said:
                said[name] = said[name].strftime("%H:%M")
        rows = [
            {name: self.data.get(f"filter-{number}-{name}", "") for name in Filter._fields}
            for number in range(len(self.filters))
        ]
        said["filters"] = [row for row in rows if row["name"] or row["field"] or row["value"]]
        return said

    def refuse(self, error: BadRuleset) -> None:
        """Show why the rules cannot be, at their fields."""
        for name, text in error.errors.items():
            self.add_error(name if name in self.fields else None, text)


class NewTypologyForm(RulesForm):
    """A typology as it is made: its name stays."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("Deliveries know it by its name, which stays."),
    )
    field_order = ("name",)

    def wanted(self) -> dict[str, Any]:
        """Return the rules without the name."""
        said = super().wanted()
        del said["name"]
        return said
