"""Opt-outs: words of people become the standing of their addresses, however many in one batch."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from messaging.channels import Channel
from quarantine import intake
from quarantine.folding import READ_AGAIN
from quarantine.ledger import Name
from quarantine.words import Said

__all__ = ["READ_AGAIN", "hear"]


def hear(
    said: Mapping[str, Sequence[Said]],
    *,
    channel: str = Channel.SMS.value,
    withdrawn: Collection[bytes] = (),
    at: datetime,
) -> Counter[int]:
    """Take words of addresses of a channel into account, and forget those that are withdrawn.

    Returns, by delivery, how many messages more (or fewer) an opt-out answers now.  A word that
    was heard before changes nothing; one that is withdrawn and said again stays.
    """
    named = {Name(channel, address): words for address, words in said.items()}
    return intake.take(said=named, withdrawn=withdrawn, history=lambda _wanted: (), at=at)
