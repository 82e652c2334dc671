"""Callbacks are answered before the middleware of pages.

A provider has no session and no language; looking for them took a third of a callback's time.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ingestion import accounts, views

_ADDRESS = re.compile(rf"/callbacks/({accounts.TOKEN.pattern})/?")


def middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return a handler that takes callbacks itself, and lets everything else pass."""

    def answer(request: HttpRequest) -> HttpResponse:
        address = _ADDRESS.fullmatch(request.path_info)
        if address is None:
            return get_response(request)
        # Raises DisallowedHost, as the middleware that is left out would.
        request.get_host()
        return views.receive(request, address[1])

    return answer
