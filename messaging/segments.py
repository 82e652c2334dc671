"""How many SMS a text is cut into: GSM 03.38 or UCS-2, and what forces the second."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

# 3GPP TS 23.038, 6.2.1: the default alphabet, one septet each.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# 6.2.1.1: the extension, an escape and a septet each.
EXTENSION = frozenset("\f^{}\\[~]|€")
GSM7 = BASIC | EXTENSION

_PLAIN = re.compile(f"[{re.escape(''.join(BASIC))}]*\\Z")

LAST_OF_BASIC_PLANE = 0xFFFF

# Units in a message that stands alone, and in each of several (the header takes the rest).
LIMITS = {"gsm7": (160, 153), "ucs2": (70, 67)}


class Segments(NamedTuple):
    """What a text costs.

    units: septets of GSM 7-bit, or 16-bit units of UCS-2; remaining: units left in the last
    segment; culprits: the characters that force UCS-2, each once, in their order.
    """

    encoding: Literal["gsm7", "ucs2"]
    characters: int
    units: int
    segments: int
    remaining: int
    culprits: str


def measure(text: str) -> Segments:
    """Return how a text is cut; an escape pair or a surrogate pair never is."""
    culprits = "".join(dict.fromkeys(sign for sign in text if sign not in GSM7))
    encoding: Literal["gsm7", "ucs2"] = "ucs2" if culprits else "gsm7"
    double = _is_surrogate_pair if culprits else _is_escaped
    widths = [2 if double(sign) else 1 for sign in text]
    return Segments(encoding, len(text), *cut(widths, limits=LIMITS[encoding]), culprits)


def count(text: str) -> int:
    """Return into how many SMS a text is cut: what `measure` says, sooner for plain texts."""
    if not _PLAIN.match(text):
        return measure(text).segments
    alone, joined = LIMITS["gsm7"]
    return -(-len(text) // joined) if len(text) > alone else min(len(text), 1)


def cut(widths: Sequence[int], *, limits: tuple[int, int]) -> tuple[int, int, int]:
    """Return units, segments and the units left in the last one.

    widths: units of each character, none of which is cut in two; limits: units in a message that
    stands alone, and in each of several.
    """
    units, (alone, joined) = sum(widths), limits
    if units <= alone:
        return units, min(units, 1), alone - units
    segments, used = 1, 0
    for width in widths:
        if used + width > joined:
            segments, used = segments + 1, 0
        used += width
    return units, segments, joined - used


def _is_escaped(sign: str) -> bool:
    return sign in EXTENSION


def _is_surrogate_pair(sign: str) -> bool:
    return ord(sign) > LAST_OF_BASIC_PLANE
