"""Days as filters take them: a picker, and the midnights between which they lie."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone


class DayInput(forms.DateInput):
    """The browser's own picker of a day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def beginning(day: Any) -> datetime | None:
    """Return the midnight in which a day begins, in the site's zone; None without one."""
    return None if day is None else timezone.make_aware(datetime.combine(day, time.min))


def end(day: Any) -> datetime | None:
    """Return the midnight in which a day ends, in the site's zone; None without one."""
    if day is None or day == date.max:
        return None
    return beginning(day + timedelta(days=1))
