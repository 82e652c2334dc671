"""What packages above the record keep of an address: each says how it is erased there."""

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Erased(NamedTuple):
    """An address, in its one spelling, and the ids of its messages."""

    channel: str
    address: str
    message_ids: Sequence[int]


Eraser = Callable[[Erased, bool], int]
_erasers: list[Eraser] = []


def also(eraser: Eraser) -> None:
    """Have an eraser called with what is erased, and whether rows are only to be counted."""
    if eraser not in _erasers:
        _erasers.append(eraser)


def elsewhere(erased: Erased, *, dry_run: bool) -> int:
    """Erase an address where packages above keep it; return how many rows held it."""
    return sum(eraser(erased, dry_run) for eraser in _erasers)
