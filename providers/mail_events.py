"""E-mail providers' webhooks, read by django-anymail's own parsers.

Its views are given the stored request and asked for their events; their checks, their settings and
their warnings stay out of it, so that no account depends on what another one is set to.
"""

import re
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.core.handlers.wsgi import WSGIRequest
from django.utils.module_loading import import_string

from providers.base import BadPayload, Callback

MISPLACED = "body: a received e-mail; only what became of sent ones is read here"
_NAME = re.compile(r"[A-Za-z_-]{1,40}\Z")


def request(callback: Callback) -> WSGIRequest:
    """Return a stored callback as the request that it was."""
    parts = urlsplit(callback.url)
    named = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in callback.headers.items()
    }
    made = WSGIRequest(
        named
        | {
            "REQUEST_METHOD": callback.method,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "CONTENT_TYPE": callback.header("content-type"),
            "CONTENT_LENGTH": str(len(callback.body)),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "https",
            "wsgi.input": BytesIO(callback.body),
        }
    )
    # The door has seen to its length.
    made._body = callback.body  # noqa: SLF001 (Django's own cache)
    return made


def form(callback: Callback) -> dict[str, str]:
    """Return the fields of a form, in either of its encodings; raise BadPayload."""
    try:
        return request(callback).POST.dict()
    except Exception as error:  # Django tells a broken form by many of them
        raise BadPayload("body: not a form") from error


def events(view: str, callback: Callback) -> list[Any]:
    """Return what a tracking view makes of a callback; raise BadPayload."""
    kind = import_string(f"anymail.webhooks.{view}")
    # Not by its initialiser, which looks for settings of the whole installation.
    reader = kind.__new__(kind)
    try:
        return list(reader.parse_events(request(callback)))
    except Exception as error:  # whatever a parser stumbles over is a fault of what came in
        raise BadPayload(_cause(error)) from error


def _cause(error: Exception) -> str:
    """Say what is wrong, without what came in."""
    if type(error).__name__ == "AnymailConfigurationError" and "inbound" in str(error):
        return MISPLACED
    if isinstance(error, ValueError) and type(error).__name__ == "JSONDecodeError":
        return "body: not valid JSON"
    if isinstance(error, KeyError) and _NAME.match(str(error.args[0])):
        return f"{error.args[0]}: missing"
    return f"body: not an event as the provider documents it ({type(error).__name__})"
