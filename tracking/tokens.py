"""Tokens of short links: 11 characters that name a month, a serial number in disguise, and a check.

    Kq 3fTz0A bX7       month of the message - the number - a keyed check of both

The number is turned into another of the same range by a keyed permutation, so that tokens tell
neither how many there are nor which comes next, and yet no two are ever the same.  Whoever guesses
fails at the check, 238,327 times of 238,328, before anything is looked up.  A token names a link;
it is no secret.
"""

import array
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b, shake_256
from typing import NamedTuple

from django.conf import settings

from storage import partitions
from storage.ids import EPOCH, lowest_id, time_of

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE = len(DIGITS)
LENGTH = 11
CHECK = 3
PATTERN = rf"[0-9A-Za-z]{{{LENGTH}}}"
# How many numbers there are before they begin again: in one month nobody makes as many.
SERIALS = BASE**6
_SHAPE = re.compile(PATTERN)
# A slash begins another path; any other sign is of the text that the link stands in.
_GLUED = re.compile(rf"({PATTERN})[^0-9A-Za-z/].*", re.DOTALL)
_PAIRS = [first + second for first in DIGITS for second in DIGITS]
_PAIR_NUMBERS = {pair: number for number, pair in enumerate(_PAIRS)}
_CHECKS = BASE**CHECK
_MONTHS = len(_PAIRS)
# The permutation: four rounds over numbers of twice 18 bits.
_HALF = 18
_LOW = (1 << _HALF) - 1
_ROUNDS = 4
# Ids that agree but for these bits lie within four minutes.
_STEP = 40


class Month(NamedTuple):
    """The ids of a month's messages: from `low` up to, not including, `high`."""

    low: int
    high: int


def make(message_ids: Iterable[int], serials: Iterable[int]) -> Iterator[str]:
    """Yield a token for each message; no serial (below SERIALS) may be used twice in a month."""
    key = _check_key(settings.SECRET_KEY)
    tables = _tables(settings.SECRET_KEY)
    for message_id, serial in zip(message_ids, serials, strict=True):
        number = _disguised(serial, tables)
        rest, low = divmod(number, _MONTHS)
        high, middle = divmod(rest, _MONTHS)
        named = _PAIRS[_month_number(message_id)] + _PAIRS[high] + _PAIRS[middle] + _PAIRS[low]
        yield named + _check(named, key)


def is_shaped(written: str) -> bool:
    """Tell whether something has the length and the signs of a token; its check may be wrong."""
    return _SHAPE.fullmatch(written) is not None


def month(token: str) -> Month | None:
    """Return the month of a token's message; None where it is not one of ours."""
    if not is_shaped(token):
        return None
    named, check = token[:-CHECK], token[-CHECK:]
    # No secret is told by how long this takes: three characters are no key.
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if _check(named, _check_key(secret)) == check:
            return _bounds(_PAIR_NUMBERS[token[:2]])
    return None


def cut(written: str) -> str:
    """Return a token without the words that a phone took for a part of its link.

    "shop.it,now" and "shop.it.Now" end with the domain; once a path stands there they do not.
    """
    glued = _GLUED.fullmatch(written)
    return glued[1] if glued else written


def _check(named: str, key: bytes) -> str:
    digest = blake2b(named.encode(), digest_size=8, key=key).digest()
    first, rest = divmod(int.from_bytes(digest) % _CHECKS, _MONTHS)
    return f"{DIGITS[first]}{_PAIRS[rest]}"


def _month_number(message_id: int) -> int:
    first, last = _months_of_step(message_id >> _STEP)
    return first if first == last else _months_since_epoch(message_id)


@lru_cache(maxsize=4096)
def _months_of_step(step: int) -> tuple[int, int]:
    """Return the months in which some minutes begin and end: mostly the same."""
    first, last = step << _STEP, ((step + 1) << _STEP) - 1
    return _months_since_epoch(first), _months_since_epoch(last)


def _months_since_epoch(message_id: int) -> int:
    at = time_of(message_id)
    return ((at.year - EPOCH.year) * 12 + at.month - EPOCH.month) % _MONTHS


@lru_cache(maxsize=256)
def _bounds(number: int) -> Month:
    year, index = divmod(number, 12)
    start = datetime(EPOCH.year + year, 1 + index, 1, tzinfo=UTC)
    _, end = partitions.bounds(step="month", at=start)
    return Month(lowest_id(start), lowest_id(end))


def _disguised(serial: int, tables: "list[array.array[int]]") -> int:
    """Return the number that stands for a serial; each stands for one only."""
    number = serial
    while True:
        left, right = number >> _HALF, number & _LOW
        for table in tables:
            left, right = right, left ^ table[right]
        number = left << _HALF | right
        # Some numbers of 36 bits have more than six digits: these go through it again.
        if number < SERIALS:
            return number


@lru_cache(maxsize=4)
def _check_key(secret: str) -> bytes:
    return blake2b(secret.encode(), digest_size=32, person=b"link check").digest()


@lru_cache(maxsize=2)
def _tables(secret: str) -> "list[array.array[int]]":
    """Return the random functions of the rounds, drawn from the key; only makers need them."""
    size = 4 << _HALF
    drawn = shake_256(b"link numbers" + secret.encode()).digest(size * _ROUNDS)
    tables = []
    for turn in range(_ROUNDS):
        table = array.array("I", drawn[turn * size : (turn + 1) * size])
        tables.append(array.array("I", [value & _LOW for value in table]))
    return tables
