"""Which messages stand differently after something was judged or read again."""

from dataclasses import dataclass, field
from typing import NamedTuple

from deliveries.record import Standing

SAMPLE = 20


class Move(NamedTuple):
    """One message that stands differently; before and after are status, type and reason."""

    message_id: int
    before: tuple[int, int, int]
    after: tuple[int, int, int]


@dataclass(slots=True)
class Moves:
    """The messages that move, their deliveries and addresses (an erased one is nobody's)."""

    message_ids: set[int] = field(default_factory=set, repr=False)
    delivery_ids: set[int] = field(default_factory=set, repr=False)
    addresses_moved: set[str] = field(default_factory=set, repr=False)
    sample: list[Move] = field(default_factory=list)

    @property
    def messages(self) -> int:
        """Return how many messages move."""
        return len(self.message_ids)

    @property
    def deliveries(self) -> int:
        """Return how many deliveries they belong to."""
        return len(self.delivery_ids)

    @property
    def addresses(self) -> int:
        """Return how many different addresses they went to."""
        return len(self.addresses_moved)

    def add(self, before: Standing, now: Standing) -> None:
        """Add a message if its status, type or reason differ."""
        if now[4:7] == before[4:7]:
            return
        if before.id not in self.message_ids and len(self.sample) < SAMPLE:
            self.sample.append(Move(before.id, before[4:7], now[4:7]))
        self.message_ids.add(before.id)
        self.delivery_ids.add(before.delivery_id)
        if before.address:
            self.addresses_moved.add(before.address)
