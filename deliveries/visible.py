"""What a viewer may see: the one place where addresses are masked, for people and machines."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from messaging import addresses

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser

# Finds at least what `redact_all` hides; PostgreSQL's regular expressions read it the same, so that
# a search leaves out what is shown masked.
LOOKS_LIKE_AN_ADDRESS = "([0-9][^0-9A-Za-z]{0,9}){7,}|[@%&]"
_looks_like_an_address = re.compile(LOOKS_LIKE_AN_ADDRESS)
# A status of SMPP, which has as many digits as a number.
_HEXADECIMAL = re.compile(r"0x[0-9A-Fa-f]{1,8}")


class _HasAddress(Protocol):
    """A message, an exclusion or a reply."""

    @property
    def address(self) -> str:
        """Return the address in its one spelling, empty once erased."""
        ...


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person or machine that reads, with the right to addresses or without."""

    sees_addresses: bool

    @classmethod
    def of(cls, user: "AbstractUser | AnonymousUser") -> "Viewer":
        """Return the viewer that a user is."""
        return cls(sees_addresses=user.has_perm("deliveries.view_addresses"))

    def address(self, row: _HasAddress) -> str:
        """Return the address of a message, an exclusion or a reply."""
        if self.sees_addresses or not row.address:
            return row.address
        return addresses.mask(row.address)

    def text(self, value: str, *, address: str = "") -> str:
        """Return a text of a provider or a person, without addresses that stand in it.

        address: one that is known to concern it, found however it is written.
        """
        if self.sees_addresses or not value:
            return value
        if address:
            value = addresses.redact(value, address)
        return addresses.redact_all(value)

    def recipient(self, value: str) -> str:
        """Return the sender's own reference of a recipient, without an address that is in it."""
        if self.sees_addresses or not _looks_like_an_address.search(value):
            return value
        return addresses.redact_all(value)

    def code(self, value: str, *, address: str) -> str:
        """Return a provider's code; some hand on the number in its place."""
        return value if _HEXADECIMAL.fullmatch(value) else self.text(value, address=address)

    def provider_id(self, value: str, *, address: str) -> str:
        """Return a provider's id; some tell recipients apart by the address inside it."""
        return value if self.sees_addresses else addresses.redact(value, address)
