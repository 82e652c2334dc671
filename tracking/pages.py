"""The pages that recipients see: a link that leads nowhere, and opting out."""

from functools import cache
from typing import Any

from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

RETRY_AFTER_SECONDS = "10"
_policy = cache(build_policy)


def gone(request: HttpRequest) -> HttpResponse:
    """Answer that there is no such link: the same for one that never was and one that is over."""
    return _page(_kept("links/gone.html", _language(request)), status=404)


def too_many(request: HttpRequest) -> HttpResponse:
    """Ask whoever looked for too many links that are not there to wait."""
    response = _page(_kept("links/gone.html", _language(request)), status=429)
    response["Retry-After"] = "60"
    return response


def away(request: HttpRequest) -> HttpResponse:
    """Answer that the link cannot be looked up, or what was asked not be done, for the moment."""
    response = _page(_kept("links/away.html", _language(request)), status=503)
    response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def opt_out(request: HttpRequest, **context: Any) -> HttpResponse:
    """Ask whether messages are to end, or say that they do."""
    with translation.override(_language(request)):
        return _page(render_to_string("links/opt_out.html", context).encode(), status=200)


def not_allowed() -> HttpResponse:
    """Answer a method that no link knows."""
    return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST", "Content-Length": "0"})


@cache
def _kept(template: str, language: str) -> bytes:
    with translation.override(language):
        return render_to_string(template).encode()


def _language(request: HttpRequest) -> str:
    return translation.get_language_from_request(request)


def _page(body: bytes, *, status: int) -> HttpResponse:
    response = HttpResponse(
        body,
        status=status,
        headers={
            "Cache-Control": "no-store",
            "Content-Length": str(len(body)),
            "Content-Security-Policy": _policy(),
            "Referrer-Policy": "no-referrer",
            "Vary": "Accept-Language",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        },
    )
    # Django would log the path of every refusal, and with it a token.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response
