"""The form of a delivery's URLs: what is decided on each, and how long the links work."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from deliveries.models import Delivery
from tracking import terms
from tracking.models import TrackedUrl

FIELDS = ("label", "category", "mode")


class Line(NamedTuple):
    """A URL, and the fields of it."""

    url: TrackedUrl
    label: BoundField
    category: BoundField
    mode: BoundField


class Links(forms.Form):
    """Three fields for each URL; a mode stays as it is once the delivery has started."""

    days = forms.IntegerField(
        label=_("Links work for"),
        min_value=1,
        max_value=terms.MOST_DAYS,
        help_text=_("Days from the start of the delivery; later a page says that it is over."),
    )

    def __init__(
        self, data: QueryDict | None = None, *, delivery: Delivery, urls: Sequence[TrackedUrl]
    ) -> None:
        days = terms.days_of(delivery_id=delivery.pk)
        super().__init__(data, initial={"days": days}, label_suffix="")
        self.urls = urls
        for url in urls:
            self.fields[f"label_{url.pk}"] = forms.CharField(
                label=_("Label"), max_length=200, initial=url.label
            )
            self.fields[f"category_{url.pk}"] = forms.CharField(
                label=_("Category"), max_length=100, initial=url.category, required=False
            )
            self.fields[f"mode_{url.pk}"] = forms.ChoiceField(
                label=_("Mode"),
                choices=TrackedUrl.Mode.choices,
                initial=url.mode,
                disabled=delivery.is_started,
            )

        for url in urls:
            for name in FIELDS:
                field = self.fields[f"{name}_{url.pk}"]
                field.widget.attrs["aria-label"] = f"{field.label}: {url.url}"

    def lines(self) -> Iterator[Line]:
        """Yield the URLs with their fields."""
        for url in self.urls:
            yield Line(url, *(self[f"{name}_{url.pk}"] for name in FIELDS))

    def decisions(self) -> dict[int, dict[str, Any]]:
        """Return what was decided on each URL, once the form is valid."""
        return {
            url.pk: {name: self.cleaned_data[f"{name}_{url.pk}"] for name in FIELDS}
            for url in self.urls
        }
