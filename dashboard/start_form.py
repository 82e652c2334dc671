"""The form by which a delivery is started: when, and in which waves."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sending.launch import BadStart

NOW, LATER = "now", "later"
# What the acts call a field, and what the form calls it.
FIELDS = {"at": "day", "waves": "waves", "interval": "minutes"}


class ClockField(forms.DateTimeField):
    """A date and a time as a clock shows them; whose clock it is another field says."""

    def to_python(self, value: Any) -> datetime | None:
        """Return it without a zone: the site's own may not have that time."""
        with timezone.override(UTC):
            found = super().to_python(value)
        return found and found.replace(tzinfo=None)


class StartForm(forms.Form):
    """Now or at a time, in the zone that is chosen; all at once or in waves."""

    when = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[(NOW, gettext_lazy("Now")), (LATER, gettext_lazy("At a time"))],
        initial=NOW,
        widget=forms.RadioSelect,
    )
    day = ClockField(
        label=gettext_lazy("Date and time"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)
    waves = forms.CharField(
        label=gettext_lazy("Waves"),
        required=False,
        max_length=400,
        help_text=gettext_lazy(
            "Sizes or shares, such as 1000, 10%, rest. Left empty: all messages at once."
        ),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes between two waves"),
        required=False,
        min_value=1,
        max_value=10_080,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        zone = self.fields["zone"]
        assert isinstance(zone, forms.ChoiceField)  # noqa: S101 (told to the type checker)
        zone.choices = [(name, name) for name in sorted(available_timezones())]
        zone.initial = settings.TIME_ZONE

    def clean(self) -> dict[str, Any]:
        """Ask for a time that there is, once, where it is to be later."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("when") != LATER or "day" in self.errors or "zone" in self.errors:
            return given
        if not given.get("day"):
            self.add_error("day", _("Give date and time."))
        elif len({self._starts_at(fold).utcoffset() for fold in (0, 1)}) > 1:
            # Where clocks go forward a time is missing, where they go back it is there twice.
            text = _("The clocks of %(zone)s change then: this time is left out, or comes twice.")
            self.add_error("day", text % {"zone": given["zone"] or settings.TIME_ZONE})
        return given

    def asked(self) -> dict[str, Any]:
        """Return what was asked for, as starting wants it."""
        given = self.cleaned_data
        minutes = given["minutes"]
        return {
            "starts_at": self._starts_at() if given["when"] == LATER else None,
            "wanted": [wave for wave in given["waves"].split(",") if wave.strip()],
            "interval": timedelta(minutes=minutes) if minutes else None,
        }

    def _starts_at(self, fold: int = 0) -> datetime:
        """Return the time as it was meant: on the clock of the zone that was chosen."""
        clock: datetime = self.cleaned_data["day"]
        zone = ZoneInfo(self.cleaned_data["zone"] or settings.TIME_ZONE)
        return clock.replace(tzinfo=zone, fold=fold)

    def blame(self, error: BadStart) -> None:
        """Put each sentence of an error beside its field."""
        for name, sentence in error.errors.items():
            self.add_error(FIELDS[name], sentence)
