"""An address as it stands: its record, and what its holder said on top of it."""

from datetime import datetime
from typing import NamedTuple

from messaging.failures import Reason
from messaging.statuses import AddressStatus

VALID, DENYLISTED = str(AddressStatus.VALID), str(AddressStatus.DENYLISTED)
UNDEFINED = int(Reason.UNDEFINED)


class Record(NamedTuple):
    """What failures, successes and people's decisions have made of an address.

    forgiven_at: when the counted errors are, if none follows.
    """

    status: str = VALID
    reason: int = UNDEFINED
    error_text: str = ""
    first_error_at: datetime | None = None
    last_error_at: datetime | None = None
    delivery_id: int | None = None
    error_count: int = 0
    forgiven_at: datetime | None = None


class Standing(NamedTuple):
    """An address as it stands, in the order of its columns.

    While a word denylists it, `beneath` and what begins with it hold the record that it covers.
    folded_at, folded_key: the last fact that the record knows; known_since: see Address.
    """

    status: str = VALID
    reason: int = UNDEFINED
    error_text: str = ""
    first_error_at: datetime | None = None
    last_error_at: datetime | None = None
    delivery_id: int | None = None
    by_word: bool = False
    beneath: str = VALID
    beneath_reason: int = UNDEFINED
    beneath_text: str = ""
    beneath_first_error_at: datetime | None = None
    beneath_last_error_at: datetime | None = None
    beneath_delivery_id: int | None = None
    error_count: int = 0
    forgiven_at: datetime | None = None
    folded_at: datetime | None = None
    folded_key: bytes | None = None
    known_since: datetime | None = None
    released_at: datetime | None = None

    def is_set_otherwise(self) -> bool:
        """Tell whether a person or a complaint denylisted it, which no word of its own lifts."""
        return self.status == DENYLISTED and not self.by_word

    def record(self) -> Record:
        """Return what it would be without words."""
        covered = self[7:13] if self.by_word else self[:6]
        return Record(*covered, self.error_count, self.forgiven_at)

    def having(self, record: Record) -> "Standing":
        """Return it with another record, under the word that stands if it is not denylisted."""
        counted = self._replace(error_count=record.error_count, forgiven_at=record.forgiven_at)
        if self.by_word and record.status != DENYLISTED:
            return Standing._make((*counted[:7], *record[:6], *counted[13:]))
        return Standing._make((*record[:6], *NO_WORD, *counted[13:]))

    def lifted(self) -> "Standing":
        """Return it without the word that denylists it."""
        return Standing._make((*self.record()[:6], *NO_WORD, *self[13:]))

    def under(
        self, *, text: str, first: datetime, last: datetime, delivery_id: int | None
    ) -> "Standing":
        """Return it denylisted by a word of its holder."""
        shown = (DENYLISTED, int(Reason.DENYLISTED), text, first, last, delivery_id, True)
        return Standing._make((*shown, *self.record()[:6], *self[13:]))


# What stands in the place of a word and of what it covers, where there is none.
NO_WORD = Standing()[6:13]
