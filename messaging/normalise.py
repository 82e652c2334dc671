"""The key under which errors that say the same are counted and qualified together."""

import re
from functools import lru_cache

# In this order: what is found first is gone for the rest.
_VARIABLE = (
    (re.compile(r"[^\s@<>()\[\]\"',;:|=*]{1,64}@[^\s@<>()\[\]\"',;:|/=*]{1,253}"), "*"),
    (re.compile(r"\+\d(?:[ .\-()/]{0,2}\d){6,}"), "*"),
    # A UUID, a date with or without its time, an IP address.
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), "#xxx#"),
    (re.compile(r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
                r"(?:Z|[+-]\d{2}:?\d{2})?"), "#xxx#"),
    (re.compile(r"\b\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b"), "#xxx#"),
    (re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?\b"), "#xxx#"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "#xxx#"),
    # Ids: eight letters and digits or more with a digit among them.  An error code is shorter,
    # and stays: it is what the error says.
    (re.compile(r"\b(?!0x)(?=[A-Za-z]*\d)(?=[^\W_]{8,})[^\W_]+\b"), "#xxx#"),
    (re.compile(r"(?<!0x)(?<!\d)\d{6,}"), "#xxx#"),
)  # fmt: skip
# A number without its plus, in whatever groups: seven digits or more, once dates are gone.
_SPACED = re.compile(r"\d(?:[ .\-()/]{0,3}\d){6,}")
_BLANKS = re.compile(r"\s+")

KEY_LENGTH = 255


def normalise(text: str, address: str = "") -> str:
    """Return an error text without what differs from one message to the next.

    Addresses, and the domain of an e-mail address, become `*`; ids, dates and long numbers
    `#xxx#`; what follows `|` is the provider's own free text and becomes `#MESSAGE#`.
    """
    said, bar, _message = text.partition("|")
    if address:
        said = said.replace(address, "*").replace(address.removeprefix("+"), "*")
        domain = address.rpartition("@")[2] if "@" in address else ""
        said = said.replace(domain, "*") if domain else said
    for pattern, mark in _VARIABLE:
        said = pattern.sub(mark, said)
    said = _BLANKS.sub(" ", said).strip()
    return f"{said[: KEY_LENGTH - 10]}|#MESSAGE#" if bar else said[:KEY_LENGTH]


def error_text(*, kind: str, code: str, text: str) -> str:
    """Return the error of a status report as one text: `SR <kind> <code>|<text>`.

    Where there is no code the text itself has to tell: `SR <kind> <text>`.
    """
    return f"SR {kind} {code}|{text}" if code else f"SR {kind} {text}"


def error_key(*, kind: str, code: str, text: str, address: str = "") -> str:
    """Return the key of a status report's error; empty where it says neither code nor text."""
    if code:
        return _key_of_code(kind, code)
    if not text.strip():
        return ""
    return _SPACED.sub("*", normalise(error_text(kind=kind, code="", text=text), address))


@lru_cache(maxsize=4_096)
def _key_of_code(kind: str, code: str) -> str:
    return normalise(error_text(kind=kind, code=code, text=""))
