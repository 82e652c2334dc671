"""What people type to filter a list, checked before a query is made of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_SEARCH = 320


class BadFilter(Exception):
    """A filter, a search or an order that cannot be; `errors` says why, by field."""

    def __init__(self, errors: "Mapping[str, StrOrPromise]") -> None:
        super().__init__("; ".join(f"{field}: {text}" for field, text in errors.items()))
        self.errors = dict(errors)


def unknown(*, among: Mapping[str, object]) -> str:
    """Return the sentence about a word that is none of the known ones."""
    return _("Unknown value. Known: %(known)s.") % {"known": ", ".join(among)}


def fault_of_text(text: str) -> "StrOrPromise":
    """Say why a text cannot be searched for; nothing where it can."""
    if "\0" in text:
        return _("Null characters are not allowed.")
    if len(text) > LONGEST_SEARCH:
        return _("At most %(number)d characters.") % {"number": LONGEST_SEARCH}
    return ""
