"""One page of a list, as its address asks for it."""

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from storage.keyset import BadCursor, Page

Row = TypeVar("Row")


def asked(request: HttpRequest, read: Callable[[str | None], Page[Row]]) -> Page[Row]:
    """Read the page that the address names; the first one, with a notice, if it cannot be read."""
    try:
        return read(request.GET.get("cursor") or None)
    except BadCursor:
        messages.warning(request, _("That page could not be found again: this is the first one."))
        return read(None)
