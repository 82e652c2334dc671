"""One hand-over: from a claimed message to what its provider answered.  No database in here."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from deliveries import answers
from messaging import addresses, segments
from providers.courier import Carried, Courier, Fleet, Home, MaybeSent, NotSent, Patience
from providers.models import ProviderAccount
from providers.submissions import Blocked, Later, Outcome, Request, Submitter, Text, Unclear
from sending.claims import Claimed
from sending.lanes import Tally

# A message that has not left so long after it was claimed does not leave any more: whoever finds
# the claim later must be able to tell that by its age.
LEAVES_WITHIN_SECONDS = 20.0
MOST_COURIERS = 32
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  # what to call, not to bind


class Result(NamedTuple):
    """What became of one claimed message."""

    claimed: Claimed
    outcome: Outcome
    tally: Tally


def home() -> Home:
    """Return where our own server listens, and the name that it goes by."""
    host = _EVERYWHERE.get(settings.HOST, settings.HOST)
    return Home(f"http://{host}:{settings.PORT}", urlsplit(settings.PUBLIC_URL).netloc)


def fleet(*, rate: int, patience: Patience | None = None) -> Fleet:
    """Return couriers enough for a rate, where an answer takes up to half a second."""
    size = min(max(rate // 2, 2), MOST_COURIERS)
    ours = home()
    return Fleet([Courier(home=ours, patience=patience) for _courier in range(size)])


def carry(
    batch: Sequence[Claimed],
    *,
    account: ProviderAccount,
    submitter: Submitter,
    fleet: Fleet,
    at: datetime,
) -> Iterator[Result | None]:
    """Hand a batch over; yield what became of each message, and None when it is quiet meanwhile.

    at: when it was claimed, which may be a while ago.
    """
    base = f"{settings.PUBLIC_URL}{reverse('callback', args=[account.token])}"
    texts: dict[int, tuple[Claimed, Text]] = {}
    requests: dict[int, Request] = {}
    for number, claimed in enumerate(batch):
        text = text_of(claimed, callback_url=base, at=at)
        texts[number] = (claimed, text)
        requests[number] = submitter.submission(text)
    late = (timezone.now() - at).total_seconds()
    until = time.monotonic() + LEAVES_WITHIN_SECONDS - late
    for found in fleet.carry(requests, until=until):
        yield found and _result(found[1], *texts[found[0]], submitter)


def text_of(claimed: Claimed, *, callback_url: str, at: datetime) -> Text:
    """Return a message as providers take it, with a callback URL that names it."""
    name = answers.reference(claimed.message_id)
    return Text(
        reference=name,
        address=claimed.address,
        sender=claimed.sender,
        text=claimed.text,
        callback_url=f"{callback_url}?{answers.FIELD}={name}",
        seconds=max(int((claimed.until - at).total_seconds()), 1),
        unicode=not segments.GSM7.issuperset(claimed.text),
    )


def _result(carried: Carried, claimed: Claimed, text: Text, submitter: Submitter) -> Result:
    if isinstance(carried, NotSent):
        return Result(claimed, Later(str(carried)), Tally(error=str(carried)))
    if isinstance(carried, MaybeSent):
        return Result(claimed, Unclear(str(carried)), Tally(error=str(carried)))
    outcome = submitter.submitted(carried, text)
    return Result(claimed, outcome, _tally(outcome, claimed.address))


def _tally(outcome: Outcome, address: str) -> Tally:
    """Return what an answer tells of the lane: a refusal is an answer like any other.

    The journal will hold what the provider wrote, without the address that may be in it.
    """
    if isinstance(outcome, Later):
        return Tally(pause=outcome.seconds or 0.0)
    if isinstance(outcome, Blocked | Unclear):
        said = addresses.redact_all(addresses.redact(outcome.text, address))
        return Tally(error=said, is_final=isinstance(outcome, Blocked))
    return Tally()
