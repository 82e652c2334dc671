"""What a reply of one word asks for: to be left alone, to be written to again, or help.

The whole message counts, never a word in it: "please don't stop" is no STOP.
"""

import unicodedata
from enum import StrEnum
from functools import lru_cache

from messaging.vocabulary import HELP, START, START_MARKETS, STOP, stop_words_of


class Keyword(StrEnum):
    """What a message asks for, as stored and as the API says it."""

    NONE = ""
    STOP = "STOP"
    START = "START"
    HELP = "HELP"


# Letters that Unicode does not take apart, as people without them on their keys write them.
_PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)
# A keyword has a few words; what is longer is a message, and need not be read to its end.
LONGEST = 200


def recognise(text: str, country: str) -> Keyword:
    """Return what a whole message asks for, NONE where it is any other message.

    country: of the address that wrote, ISO 3166 alpha-2, empty where it is not known: its
    languages' words count beside the standard ones.
    """
    word = plain(text)
    if not word:
        return Keyword.NONE
    if word in _plain_set(STOP) or word in _plain_set(stop_words_of(country)):
        return Keyword.STOP
    if word in _plain_set(START):
        return Keyword.START
    return Keyword.HELP if word in _plain_set(HELP) else Keyword.NONE


def stated(word: str) -> Keyword:
    """Return the keyword that a provider says it has recognised and handled itself."""
    named = plain(word).upper()
    return Keyword(named) if named in (Keyword.STOP, Keyword.START, Keyword.HELP) else Keyword.NONE


def may_start_again(country: str) -> bool:
    """Tell whether START, written by its holder, lifts what STOP has set in this market."""
    return country in START_MARKETS


def plain(text: str) -> str:
    """Return a message as its bare words, in lower case, one blank between them.

    Case, accents, width, punctuation, quotes, emoji, blanks and invisible characters go; letters
    that stand alone ("S.T.O.P") are put together.
    """
    if len(text) > LONGEST:
        return ""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    signs = []
    for sign in folded:
        kind = unicodedata.category(sign)
        if kind[0] in "LN" or kind == "Mc":
            signs.append(sign)
        elif kind not in ("Mn", "Me", "Cf"):
            signs.append(" ")
    words = "".join(signs).translate(_PLAIN_LETTERS).split()
    if len(words) > 1 and all(len(word) == 1 for word in words):
        return "".join(words)
    return " ".join(words)


@lru_cache(maxsize=512)
def _plain_set(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(plain, words))
