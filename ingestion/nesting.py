"""Guards a JSON reader: absurd depths and endless texts and numbers are cut off early.

ijson builds a path for every level, which takes quadratic time, holds a text as a whole, and ends
the process at a number with more digits than Python converts (seen with 3.6); a registration's
list holds objects that hold lists, and no text or number of it is long.
"""

import re
from typing import Protocol

DEEPEST = 32
LONGEST_TEXT = 65_536
LONGEST_NUMBER = 1_000

# Possessive: without a closing quote, taking back what was matched would take for ever.
_TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_ENDLESS_NUMBER = re.compile(rb"[0-9]{%d}" % (LONGEST_NUMBER + 1))
_OPENING = b"[{"
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class Readable(Protocol):
    """A binary file."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


class TooDeep(ValueError):
    """The JSON is nested deeper, or has a longer text or number, than any that is meant."""


class Shallow:
    """A file that is handed on as it is, and watched."""

    def __init__(self, stream: Readable) -> None:
        self.stream = stream
        self.depth = 0
        self.unfinished = b""
        self.before = b""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes; raise TooDeep."""
        piece = self.stream.read(size)
        outside = _TEXTS.sub(b"", self.unfinished + piece)
        outside, quote, rest = outside.partition(b'"')
        self.unfinished = quote + rest
        if len(self.unfinished) > LONGEST_TEXT:
            raise TooDeep
        # A number may be cut in two where one piece ends.
        outside_so_far = self.before + outside
        if _ENDLESS_NUMBER.search(outside_so_far):
            raise TooDeep
        self.before = outside_so_far[-LONGEST_NUMBER:]
        for bracket in outside.translate(None, _NO_BRACKETS):
            self.depth += 1 if bracket in _OPENING else -1
            if self.depth > DEEPEST:
                raise TooDeep
        return piece
