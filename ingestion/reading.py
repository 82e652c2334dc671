"""From stored callbacks to what they report: every entry is read by its account's provider."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import structlog

from deliveries import merge
from ingestion.inbox import Entry
from ingestion.models import Proof
from messaging.reports import Confirmation, InboundReport, Report, StatusReport
from providers import registry
from providers.base import BadPayload, Provider
from providers.models import ProviderAccount

log = structlog.get_logger(__name__)


class Heard(NamedTuple):
    """One status report, the entry it came in, and the digest that tells it from others.

    kind: the provider of the account.
    """

    entry: Entry
    report: StatusReport
    digest: bytes
    kind: str


class Reply(NamedTuple):
    """One message from a handset, and the entry it came in."""

    entry: Entry
    report: InboundReport


class Unreadable(NamedTuple):
    """An entry, or a part of one, that cannot be read, and why."""

    entry: Entry
    cause: str


class Asked(NamedTuple):
    """One subscription that asks to be confirmed, and the entry it came in."""

    entry: Entry
    report: Confirmation


class Tried(NamedTuple):
    """A callback of our own: how many reports were read in it, or why none could be."""

    entry: Entry
    found: int
    error: str


@dataclass(slots=True)
class Reading:
    """What a batch of entries says."""

    heard: list[Heard] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)

    def take(self, entry: Entry, report: Report, kind: str) -> None:
        """Put a report of this kind of provider with others like it."""
        if isinstance(report, StatusReport):
            self.heard.append(Heard(entry, report, digest(report), kind))
        else:
            self.replies.append(Reply(entry, report))


def read(entries: Sequence[Entry]) -> Reading:
    """Translate entries; one that cannot be read is set apart, with what of it could be."""
    accounts = _accounts({entry.account_id for entry in entries})
    reading = Reading()
    for entry in entries:
        if entry.account_id not in accounts:
            # Deleted from the database by hand: nothing can be set aside for it.
            log.error("callback of an account that is gone", entry=entry.id)
            continue
        if entry.proof == Proof.TRIAL:
            reading.tried.append(_try(entry, *accounts[entry.account_id]))
        elif cause := _translate(entry, *accounts[entry.account_id], reading):
            reading.unreadable.append(Unreadable(entry, cause))
    return reading


def _translate(
    entry: Entry, provider: Provider, credentials: dict[str, Any], reading: Reading
) -> str:
    """Add what an entry reports; return why the rest of it cannot be read, if so."""
    callback, is_silent = entry.callback(), True
    try:
        for report in provider.reports(callback, credentials):
            is_silent = False
            reading.take(entry, report, provider.slug)
        if is_silent and (asked := provider.subscription(callback)):
            reading.asked.append(Asked(entry, asked))
    except BadPayload as error:
        return str(error)
    except Exception as error:  # a translator's fault: the entry is kept, with its cause
        log.exception("callback could not be translated", provider=provider.slug)
        return f"{type(error).__name__} in {provider.slug}"
    return ""


def _try(entry: Entry, provider: Provider, credentials: dict[str, Any]) -> Tried:
    """Read a callback of our own apart from all others: nothing it says is about a message."""
    own = Reading()
    cause = _translate(entry, provider, credentials, own)
    return Tried(entry, len(own.heard), cause)


def _accounts(ids: Collection[int]) -> dict[int, tuple[Provider, dict[str, Any]]]:
    found = ProviderAccount.objects.in_bulk(ids)
    return {
        account.pk: (registry.get(account.kind), account.credentials) for account in found.values()
    }


def digest(report: StatusReport) -> bytes:
    """Return what tells a report from others."""
    return merge.digest(
        provider_id=report.provider_message_id,
        status=report.status,
        code=report.code,
        text=report.text,
        stated_at=report.occurred_at,
    )
