"""The rows of an analysis of errors as pages show them: named, and linked to what they count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dashboard.templatetags.numbers import network
from deliveries import slice_names
from deliveries.errors import Row
from deliveries.outcomes import CAUSES
from deliveries.slice_names import Name

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DIMENSIONS: "dict[str, StrOrPromise]" = {
    "reason": _("Reason"),
    "code": _("Code"),
    "country": _("Country"),
    "network": _("Network"),
    "prefix": _("Carrier prefix"),
    "account": _("Account"),
}
# A page shows no more: what fails most comes first.
MOST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One row with its name; address: of the logs or the page that show what it counts."""

    row: Row
    name: Name
    text: "StrOrPromise"
    address: str


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one dimension.

    of_causes: they are errors, so that only failures are counted; left_out: rows beyond MOST.
    """

    by: str
    label: "StrOrPromise"
    lines: list[Line]
    of_causes: bool
    left_out: int

    @property
    def most(self) -> int:
        """Return how many failures the first row has."""
        return self.lines[0].row.tally.failed if self.lines else 0


def of(rows: Sequence[Row], *, by: str, delivery_id: int | None, sees_addresses: bool) -> Table:
    """Name and link the rows, with one query at most; delivery_id: whose logs are linked to."""
    shown = rows[:MOST]
    names = slice_names.of(by=by, keys=[row.key for row in shown])
    lines = []
    for row in shown:
        name = names.get(row.key, Name(code=row.key))
        address = _address(by, row.key, name, delivery_id, sees_addresses=sees_addresses)
        text = network(name.code) if by == "network" else name.code or name.title
        if by == "country":
            text = name.title or name.code
        lines.append(Line(row, name, text, address))
    return Table(by, DIMENSIONS[by], lines, by in CAUSES, max(len(rows) - MOST, 0))


def _address(
    by: str, key: str, name: Name, delivery_id: int | None, *, sees_addresses: bool
) -> str:
    if key and by == "account":
        return f"{reverse('errors')}?{urlencode({'account': key})}"
    asked = _filter(by, name, sees_addresses=sees_addresses)
    if not (key and asked and delivery_id):
        return ""
    return f"{reverse('delivery_logs', args=[delivery_id])}?{urlencode(asked)}"


def _filter(by: str, name: Name, *, sees_addresses: bool) -> dict[str, str]:
    """Return what the logs have to be filtered by; nothing where they cannot be."""
    if by == "reason":
        return {"status": "failed", "reason": name.api_name}
    if by == "prefix" and sees_addresses:
        return {"status": "failed", "search": name.code}
    return {}
