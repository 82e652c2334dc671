"""Where a message ended: the account it went through, and whom it went to."""

from typing import NamedTuple

from messaging import addresses


class Place(NamedTuple):
    """One place, or with empty parts all places within it.

    country: ISO 3166.  network: MCC and MNC, where the provider tells them.  prefix: beginning
    of the number; of an e-mail address its domain.
    """

    account_id: int
    country: str = ""
    network: str = ""
    prefix: str = ""

    def holds(self, other: "Place") -> bool:
        """Tell whether another place lies in this one, or is the same."""
        return self.account_id == other.account_id and all(
            mine in ("", theirs) for mine, theirs in zip(self[1:], other[1:], strict=True)
        )


def of(account_id: int, *, address: str, country: str, network: str) -> Place:
    """Return the place of one message."""
    prefix = address.rpartition("@")[2] if "@" in address else addresses.prefix(address)
    return Place(account_id, country, network, prefix)
