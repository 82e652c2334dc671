"""The door of short links: a request becomes a click on its way to where its link leads.

It stands before all other middleware, since a link needs no session, no language and no right.
Where it leads is what was stored with the link; nothing that a request says can change it.
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.request import validate_host
from django.utils import timezone

from tracking import arrivals, callers, optouts, pages, tokens, warm
from tracking.domains import OWN_PATH
from tracking.known import Known
from tracking.letterbox import Gone, Unavailable, letterbox
from tracking.misses import misses, unknown
from tracking.warm import memory

Answer = Callable[[HttpRequest], HttpResponse]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_HEADERS = {
    "Content-Length": "0",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def at_the_door(application: Application) -> Application:
    """Return an application that answers clicks on warm links itself.

    Nothing is asked for as often, and of what Django does for a request a link needs nothing.
    Whatever is no such click goes on to it, and to the middleware below.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        token = path.removeprefix(OWN_PATH) if path.startswith(OWN_PATH) else path[1:]
        if len(token) == tokens.LENGTH and environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
            at = timezone.now()
            link = warm.warm(token, host=callers.host_of(environ), at=at)
            if link is not None and not link.is_opt_out:
                with contextlib.suppress(Unavailable, Gone):
                    _keep(environ, token, link, at=at)
                    start_response("302 Found", [*_HEADERS.items(), ("Location", link.destination)])
                    return []
        return application(environ, start_response)

    return answer


def middleware(get_response: Answer) -> Answer:
    """Return a handler that answers links, and lets everything else pass."""

    def answer(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith(OWN_PATH):
            return _answer(request, tokens.cut(path[len(OWN_PATH) :]))
        host = callers.host_of(request.META)
        if tokens.month(token := tokens.cut(path[1:])):
            return _answer(request, token)
        if validate_host(host, settings.ALLOWED_HOSTS):
            return get_response(request)
        if path.startswith(f"/{settings.STATIC_URL.lstrip('/')}") or not warm.is_short_domain(host):
            return get_response(request)
        if tokens.is_shaped(token):
            misses.note(callers.address_of(request.META))
        return _nowhere(request)

    return answer


class _TooMany(Exception):
    """The client has had too many tokens looked up that are right and not there."""


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a request for a link, whether it is one or not."""
    act = _ACTS.get(str(request.method))
    if act is None:
        return pages.not_allowed()
    try:
        link = _link(request, token)
        return _nowhere(request) if link is None else act(request, token, link)
    except Unavailable:
        return pages.away(request)
    except _TooMany:
        return pages.too_many(request)


def _nowhere(request: HttpRequest) -> HttpResponse:
    """Answer for a link that is not there or is over; who has asked for too many has to wait."""
    if misses.is_over(callers.address_of(request.META)):
        return pages.too_many(request)
    return pages.gone(request)


def _link(request: HttpRequest, token: str) -> Known | None:
    """Return the link of a token, None for one that leads nowhere; raise _TooMany, Unavailable.

    Whoever guesses shares an address with others, whose links lead on: a right check is looked up
    whatever came before.  Links that are over are not counted: many ask for those from one network.
    """
    caller = callers.address_of(request.META)
    is_right = tokens.month(token) is not None
    if is_right and unknown.is_over(caller) and memory.get(token) is None:
        raise _TooMany
    at = timezone.now()
    found = warm.find(token, at=at)
    if found is None:
        misses.note(caller)
        if is_right:
            unknown.note(caller)
    host = callers.host_of(request.META)
    return found if found and warm.leads(found, host=host, at=at) else None


def _clicked(request: HttpRequest, token: str, link: Known) -> HttpResponse:
    """Keep the click, and only then send the browser where the link leads."""
    try:
        _keep(request.META, token, link, at=timezone.now())
    except Gone:
        return _nowhere(request)
    if link.is_opt_out:
        return _asked(request, token, link)
    response = HttpResponse(status=302, headers=_HEADERS)
    response.headers["Location"] = link.destination
    return response


def _keep(meta: Mapping[str, Any], token: str, link: Known, *, at: datetime) -> None:
    """Keep a click; what has been erased is forgotten here too.  Raises Gone and Unavailable."""
    try:
        letterbox.keep(arrivals.of(meta, link, at=at))
    except Gone:
        memory.forget(token)
        raise


def _asked(request: HttpRequest, token: str, link: Known) -> HttpResponse:
    return pages.opt_out(request, link=link, confirmation=optouts.confirmation(token))


def _opted_out(request: HttpRequest, token: str, link: Known) -> HttpResponse:
    """Do what the button of the page asks for."""
    if not link.is_opt_out:
        return _nowhere(request)
    if not optouts.is_confirmed(token, request.POST.get("confirmation", "")):
        return _asked(request, token, link)
    try:
        optouts.hear(message_id=link.message_id, token=token, at=timezone.now())
    except DatabaseError:
        return pages.away(request)
    return pages.opt_out(request, link=link, done=True)


_ACTS: dict[str, Callable[[HttpRequest, str, Known], HttpResponse]] = {
    "GET": _clicked,
    "HEAD": _clicked,
    "POST": _opted_out,
}
