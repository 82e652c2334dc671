"""What of a request is signed, as providers' own libraries spell it: its URL and its form."""

from collections.abc import Mapping

from providers import forms
from providers.base import BadPayload, BadSignature


def pairs(encoded: bytes) -> list[tuple[bytes, bytes]]:
    """Return names and values of a query or a form, decoded, in the order in which they stand.

    Bytes that are no UTF-8 are carried through, to be signed as they came.
    """
    raw = "surrogateescape"
    try:
        found = forms.pairs(encoded.decode("utf-8", raw), errors=raw)
    except BadPayload as error:
        raise BadSignature(str(error)) from error
    return [(name.encode("utf-8", raw), value.encode("utf-8", raw)) for name, value in found]


def other_port(url: str) -> str:
    """Return the URL without its port, or with the port of its scheme where it has none."""
    scheme, colon, rest = url.partition("://")
    end = min((found for mark in "/?#" if (found := rest.find(mark)) >= 0), default=len(rest))
    authority, path = rest[:end], rest[end:]
    host, port_colon, port = authority.rpartition(":")
    if port_colon and port.isdigit() and "@" not in port:
        return f"{scheme}{colon}{host}{path}"
    return f"{scheme}{colon}{authority}:{443 if scheme == 'https' else 80}{path}"


def ampersands(fields: Mapping[str, object]) -> bytes:
    """Return fields in the order of their names, without the signs that part them in their values.

    So that no value can pass for two fields.
    """
    said = (
        f"&{name}={str(value).replace('&', '_').replace('=', '_')}"
        for name, value in sorted(fields.items())
    )
    return "".join(said).encode("utf-8", "replace")
