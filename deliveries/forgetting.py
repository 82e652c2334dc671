"""What packages above the record keep of an address: each says how it is erased there."""

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Erased(NamedTuple):
    """An address, in its one spelling, and the ids of its messages."""

    channel: str
    address: str
    message_ids: Sequence[int]


Eraser = Callable[[Erased, bool], int]
Holder = Callable[[Sequence[int]], None]
_erasers: list[Eraser] = []
_holders: list[Holder] = []


def also(eraser: Eraser, *, holder: Holder) -> None:
    """Have an eraser called with what is erased, and whether rows are only to be counted.

    holder: locks what it keeps of messages, by their ids; called before messages are locked.
    """
    if eraser not in _erasers:
        _erasers.append(eraser)
        _holders.append(holder)


def hold(message_ids: Sequence[int]) -> None:
    """Lock what packages above keep of messages, which they lock before these themselves."""
    for holder in _holders:
        holder(message_ids)


def elsewhere(erased: Erased, *, dry_run: bool) -> int:
    """Erase an address where packages above keep it; return how many rows held it."""
    return sum(eraser(erased, dry_run) for eraser in _erasers)
