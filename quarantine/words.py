"""What the words of an address come to: pure, and the same whatever order they became known in."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from quarantine.models import Word
from quarantine.standing import Standing

STOP, START = str(Word.Says.STOP), str(Word.Says.START)


class Said(NamedTuple):
    """One word, and where it was said.

    key: 16 bytes that tell the cause.  at: aware, never later than its reception.  text: what was
    written, or the error as the provider tells it.  inbound_id: the reply; message_id, delivery_id:
    the message that it answers, or whose status told it.
    """

    key: bytes
    says: str
    at: datetime
    text: str = ""
    provider: str = ""
    code: str = ""
    inbound_id: int | None = None
    message_id: int | None = None
    delivery_id: int | None = None


def latest(words: Iterable[Said]) -> Said | None:
    """Return the word that counts: the latest; at the same time a STOP."""
    return max(words, key=lambda said: (said.at, said.says == STOP, said.key), default=None)


def same(known: Said, told: Said) -> Said:
    """Return what is kept of a word that is told again, as it stands where it was said."""
    return told._replace(
        inbound_id=told.inbound_id or known.inbound_id,
        message_id=told.message_id or known.message_id,
        delivery_id=told.delivery_id or known.delivery_id,
    )


def after(standing: Standing, words: Iterable[Said]) -> Standing:
    """Return how an address stands by all its words since it was released, if it was."""
    if standing.is_set_otherwise():
        return standing
    released = standing.released_at
    words = [said for said in words if released is None or said.at > released]
    word = latest(words)
    if word is None or word.says == START:
        return standing.lifted() if standing.by_word else standing
    # Since the last START: what was said before that has been lifted.
    starts = [said.at for said in words if said.says == START]
    stops = [
        said.at for said in words if said.says == STOP and (not starts or said.at >= max(starts))
    ]
    return standing.under(
        text=word.text, first=min(stops), last=max(stops), delivery_id=word.delivery_id
    )


def opt_outs(words: Mapping[bytes, Said]) -> set[tuple[int, int]]:
    """Return the deliveries and messages that these words of one address answer with a STOP."""
    return {
        (said.delivery_id, said.message_id)
        for said in words.values()
        if said.says == STOP and said.delivery_id is not None and said.message_id is not None
    }
