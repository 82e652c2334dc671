"""What the words of an address come to: pure, and the same whatever order they became known in."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from messaging.failures import Reason
from messaging.statuses import AddressStatus
from quarantine.models import Word

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


class Standing(NamedTuple):
    """An address as it stands."""

    status: str = str(AddressStatus.VALID)
    reason: int = int(Reason.UNDEFINED)
    error_text: str = ""
    first_error_at: datetime | None = None
    last_error_at: datetime | None = None
    delivery_id: int | None = None
    by_word: bool = False
    beneath: str = str(AddressStatus.VALID)
    beneath_reason: int = int(Reason.UNDEFINED)

    def is_set_otherwise(self) -> bool:
        """Tell whether a person or a complaint denylisted it, which no word of its own lifts."""
        return self.status == AddressStatus.DENYLISTED and not self.by_word


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
    """Return how an address stands by all its words."""
    if standing.is_set_otherwise():
        return standing
    if standing.by_word:
        beneath, reason = standing.beneath, standing.beneath_reason
    else:
        beneath, reason = standing.status, standing.reason
    words = list(words)
    word = latest(words)
    if word is None or word.says == START:
        return Standing(status=beneath, reason=reason) if standing.by_word else standing
    # Since the last START: what was said before that has been lifted.
    starts = [said.at for said in words if said.says == START]
    stops = [
        said.at for said in words if said.says == STOP and (not starts or said.at >= max(starts))
    ]
    return Standing(
        status=str(AddressStatus.DENYLISTED),
        reason=int(Reason.DENYLISTED),
        error_text=word.text,
        first_error_at=min(stops),
        last_error_at=max(stops),
        delivery_id=word.delivery_id,
        by_word=True,
        beneath=beneath,
        beneath_reason=reason,
    )


def opt_outs(words: Mapping[bytes, Said]) -> set[tuple[int, int]]:
    """Return the deliveries and messages that these words of one address answer with a STOP."""
    return {
        (said.delivery_id, said.message_id)
        for said in words.values()
        if said.says == STOP and said.delivery_id is not None and said.message_id is not None
    }
