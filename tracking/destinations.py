"""Where a link leads: a URL as it was written becomes the one that a browser is sent to. Pure."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from django.utils.translation import gettext as _

from messaging import personal
from tracking.finding import FIELD

SCHEMES = frozenset({"http", "https"})
LONGEST = 4_000
_FIELD = re.compile(FIELD)
# What a URL may hold as it is; a per cent sign may begin an escape.
_SAFE = "/%:@!$&'()*+,;=~-._?[]"
_PRINTABLE = re.compile(r"https?://[!-~]+")
_NO_FIELDS: Mapping[str, object] = {}


class BadUrl(Exception):
    """No browser can be sent there."""


def is_one(text: str) -> bool:
    """Tell whether a text may stand in the header that sends a browser somewhere."""
    return _PRINTABLE.fullmatch(text) is not None


def has_fields(url: str) -> bool:
    """Tell whether a URL holds personal fields, so that each recipient has another one."""
    return _FIELD.search(url) is not None


def of(url: str, fields: Mapping[str, object] = _NO_FIELDS) -> str:
    """Return the address (ASCII, http or https) that a URL of a text leads to; raise BadUrl.

    fields: values by name, each escaped so that it stays where it is put; a missing one is empty.
    As on a phone, a URL without a scheme is one of http.
    """
    whole = url if "://" in url.partition("?")[0].partition("#")[0] else f"http://{url}"
    try:
        parts = urlsplit(filled(whole, fields))
        host = parts.netloc.rpartition("@")[2].partition(":")[0]
        if parts.scheme not in SCHEMES or not host or "{{" in url.partition("/")[0]:
            raise BadUrl(_("Only addresses of http and https can be linked."))
        netloc = parts.netloc.lower() if parts.netloc.isascii() else _ascii(parts.netloc)
        _port = parts.port
    except ValueError as error:
        raise BadUrl(_("This is no address that a browser can open.")) from error
    found = urlunsplit(
        (
            parts.scheme,
            netloc,
            quote(parts.path, safe=_SAFE),
            quote(parts.query, safe=_SAFE),
            quote(parts.fragment, safe=_SAFE),
        )
    )
    if len(found) > LONGEST or not is_one(found):
        raise BadUrl(_("This is no address that a browser can open."))
    return found


def filled(url: str, fields: Mapping[str, object]) -> str:
    """Return a URL as it was written, with its personal fields filled and escaped."""
    return personal.fill(url, fields, write=_escaped)


def _escaped(value: str) -> str:
    return quote(value, safe="")


def _ascii(netloc: str) -> str:
    user, at, place = netloc.rpartition("@")
    host, colon, port = place.partition(":")
    encoded = host.lower().encode("idna").decode()
    return f"{quote(user, safe=_SAFE)}{at}{encoded}{colon}{port}"
