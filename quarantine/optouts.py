"""Opt-outs: words of people become the standing of their addresses, however many in one batch."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from quarantine import intake
from quarantine.folding import READ_AGAIN
from quarantine.words import Said

__all__ = ["READ_AGAIN", "hear"]


def hear(
    said: Mapping[str, Sequence[Said]], *, withdrawn: Collection[bytes] = (), at: datetime
) -> Counter[int]:
    """Take words of addresses (in E.164) into account, and forget those that are withdrawn.

    Returns, by delivery, how many messages more (or fewer) an opt-out answers now.  A word that
    was heard before changes nothing; one that is withdrawn and said again stays.
    """
    return intake.take(said=said, withdrawn=withdrawn, history=lambda _wanted: (), at=at)
