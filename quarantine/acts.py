"""What people decide about addresses: facts like others, told with who and why."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from messaging.failures import Reason
from messaging.statuses import AddressStatus
from quarantine import facts, fingerprints, folding, ledger
from quarantine.facts import Fact, Says
from quarantine.folding import Author, News
from quarantine.ledger import Known, Name
from quarantine.standing import Standing

LONGEST_TEXT = 500
SAYS = {
    AddressStatus.VALID: Says.RELEASED,
    AddressStatus.QUARANTINE: Says.QUARANTINED,
    AddressStatus.DENYLISTED: Says.DENYLISTED,
}


class NotNow(Exception):
    """An address cannot become that as it stands; the text is for people."""


@transaction.atomic
def add(
    *,
    name: Name,
    status: str,
    text: str,
    by: AbstractBaseUser | None,
    at: datetime,
    reason: int = int(Reason.UNDEFINED),
) -> int:
    """Put an address, known or not, in quarantine or on the denylist; return its id.

    name: in its one spelling.  text: why.  Raises NotNow where it is left alone already.
    """
    marks = {name: fingerprints.of(name.address)}
    ledger.add_missing(marks)
    known = ledger.locked([name], marks=marks)
    _decide(known, status, text=text, reason=reason, by=by, at=at)
    return next(iter(known))


@transaction.atomic
def decide(
    *,
    address_ids: Sequence[int],
    status: str,
    text: str,
    by: AbstractBaseUser | None,
    at: datetime,
    reason: int = int(Reason.UNDEFINED),
) -> None:
    """Release, quarantine or denylist known addresses; raises NotNow."""
    known = ledger.locked_by_id(address_ids)
    _decide(known, status, text=text, reason=reason, by=by, at=at)


def _decide(
    known: dict[int, Known],
    status: str,
    *,
    text: str,
    reason: int,
    by: AbstractBaseUser | None,
    at: datetime,
) -> None:
    for address in known.values():
        if refusal := why_not(address.standing, status):
            raise NotNow(refusal)
    fact = decision(status, text=text, reason=reason, at=at)
    author = Author(by.pk if by else None)
    apply(known, dict.fromkeys(known, fact), author=author, at=at)


def decision(status: str, *, text: str, reason: int, at: datetime) -> Fact:
    """Return the fact that somebody decides so."""
    says = SAYS[AddressStatus(status)]
    return Fact(at, facts.OF_A_PERSON, int(says), reason=reason, text=text.strip()[:LONGEST_TEXT])


def apply(
    known: Mapping[int, Known], decided: Mapping[int, Fact], *, author: Author, at: datetime
) -> None:
    """Write decisions, by the ids of their locked addresses, and what they come to."""
    added = {address_id: [fact] for address_id, fact in decided.items()}
    ledger.write_facts(gone=(), added=added)
    heard = {address_id: address.words for address_id, address in known.items()}
    folding.settle(known, heard, News(added), at=at, author=author)


def why_not(standing: Standing, wanted: str) -> str:
    """Say why an address cannot become that: it is so already, or more than that."""
    if wanted == AddressStatus.VALID:
        if standing.status == AddressStatus.VALID:
            return _("The address is valid: there is nothing to release.")
    elif wanted == AddressStatus.QUARANTINE and standing.status in (
        AddressStatus.QUARANTINE,
        AddressStatus.DENYLISTED,
    ):
        return _("The address is left alone already.")
    elif standing.is_set_otherwise():
        return _("The address is denylisted already.")
    return ""
