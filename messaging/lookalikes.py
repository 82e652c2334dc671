"""Characters that are not in the GSM alphabet, where they stand, and what says the same in it."""

import unicodedata
from functools import lru_cache
from typing import NamedTuple

from messaging.segments import GSM7

# What word processors put in the place of what was typed: nothing is lost by taking it back.
_TYPOGRAPHIC = {
    **dict.fromkeys("‘’‚‛′‵ʼ`´＇", "'"),
    **dict.fromkeys("“”„‟″‶«»＂", '"'),
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
    **dict.fromkeys("\t\u00a0\u1680\u2028\u2029\u202f\u205f\u3000", " "),
    **dict.fromkeys(map(chr, range(0x2000, 0x200B)), " "),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff", ""),
    "‹": "<",
    "›": ">",
    "…": "...",
    "•": "-",
    "·": "-",
    "™": "TM",
    "©": "(C)",
    "®": "(R)",
    "×": "x",
    "÷": "/",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "→": "->",
    "←": "<-",
}
# Letters whose decomposition does not lead to the plain one.
_LETTERS = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE", "ç": "c"}


class Found(NamedTuple):
    """A character outside the alphabet.

    position: its first place, from 1; times: how often it stands there; instead: what says the
    same in the alphabet, None where nothing does; lossless: whether a reader loses nothing by it.
    """

    sign: str
    position: int
    times: int
    instead: str | None
    lossless: bool


def found(text: str) -> list[Found]:
    """Return each character that forces UCS-2 once, in the order of first places."""
    return [
        Found(
            sign,
            text.index(sign) + 1,
            text.count(sign),
            instead(sign),
            lossless=sign in _TYPOGRAPHIC,
        )
        for sign in dict.fromkeys(text)
        if sign not in GSM7
    ]


@lru_cache(maxsize=4_096)
def instead(sign: str) -> str | None:
    """Return what says the same as a character within the alphabet; None where nothing does."""
    if sign in GSM7:
        return sign
    if sign in _TYPOGRAPHIC:
        return _TYPOGRAPHIC[sign]
    if sign in _LETTERS:
        return _LETTERS[sign]
    plain = "".join(
        part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part)
    )
    return plain if plain and set(plain) <= GSM7 else None


def replaced(text: str, *, letters: bool = False) -> str:
    """Return a text with typographic characters as they are typed; letters: accents lost too."""
    text = unicodedata.normalize("NFC", text)
    return "".join(_put(sign, letters=letters) for sign in text)


def _put(sign: str, *, letters: bool) -> str:
    if sign in GSM7 or not (letters or sign in _TYPOGRAPHIC):
        return sign
    other = instead(sign)
    return sign if other is None else other
