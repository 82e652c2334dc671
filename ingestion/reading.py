"""From stored callbacks to what they report: every entry is read by its account's provider."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import structlog

from deliveries import merge
from ingestion.inbox import Entry
from messaging.reports import InboundReport, StatusReport
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


@dataclass(slots=True)
class Reading:
    """What a batch of entries says."""

    heard: list[Heard] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


def read(entries: Sequence[Entry]) -> Reading:
    """Translate entries; one that cannot be read is set apart, with what of it could be."""
    accounts = _accounts({entry.account_id for entry in entries})
    reading = Reading()
    for entry in entries:
        if entry.account_id not in accounts:
            # Deleted from the database by hand: nothing can be set aside for it.
            log.error("callback of an account that is gone", entry=entry.id)
            continue
        provider, credentials = accounts[entry.account_id]
        try:
            for report in provider.reports(entry.callback(), credentials):
                if isinstance(report, StatusReport):
                    reading.heard.append(Heard(entry, report, _digest(report), provider.slug))
                else:
                    reading.replies.append(Reply(entry, report))
        except BadPayload as error:
            reading.unreadable.append(Unreadable(entry, str(error)))
        except Exception as error:  # a translator's fault: the entry is kept, with its cause
            log.exception("callback could not be translated", provider=provider.slug)
            reading.unreadable.append(
                Unreadable(entry, f"{type(error).__name__} in {provider.slug}")
            )
    return reading


def _accounts(ids: Collection[int]) -> dict[int, tuple[Provider, dict[str, Any]]]:
    found = ProviderAccount.objects.in_bulk(ids)
    return {
        account.pk: (registry.get(account.kind), account.credentials) for account in found.values()
    }


def _digest(report: StatusReport) -> bytes:
    return merge.digest(
        provider_id=report.provider_message_id,
        status=report.status,
        code=report.code,
        text=report.text,
        stated_at=report.occurred_at,
    )
