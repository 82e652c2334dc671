"""Erasing an address: from messages, events, callbacks, replies, clicks and links.

Counters and the journal stay as they are: they hold numbers and keyed hashes, never addresses;
only the beginning of the number is no longer counted.
A denylisted address stays denylisted by its keyed hash, so that it is not written to again.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Func, Q, QuerySet, TextField, Value

from deliveries import counters, forgetting, journal, record
from deliveries.models import Exclusion, Message, MessageEvent
from ingestion.models import HeldCallback, InboundMessage, InboxEntry, SimulatedReport
from messaging import addresses
from messaging.countries import calling_code
from messaging.statuses import AddressStatus
from quarantine import fingerprints
from quarantine.bulk_models import ImportLine
from quarantine.models import Address, Change, Fact, Word
from storage import rows
from tracking import clicks, links

LONGEST_CODE = 64
TEXTS_OF_CALLBACKS = ("query", "headers", "provider_id", "error")
ESCAPED_BODY = Func("body", Value("escape"), function="encode", output_field=TextField())
# Blanks, dots, brackets, dashes, and how a query writes them.
BETWEEN_DIGITS = "(?:[ .()/+-]|%20|%28|%29|%2d|%2f){0,3}"


@dataclass(slots=True)
class Forgotten:
    """How many rows of each kind held the address."""

    messages: int = 0
    events: int = 0
    exclusions: int = 0
    callbacks: int = 0
    replies: int = 0
    quarantine: int = 0
    recipients: int = 0


@transaction.atomic
def forget(
    *, address: str, by: AbstractBaseUser | None, at: datetime, dry_run: bool = False
) -> Forgotten:
    """Erase an address everywhere, or only count; raise messaging.addresses.BadAddress.

    Raw callbacks are searched byte by byte over their whole retention, which takes its time.
    """
    channel = addresses.channel_of(address)
    address = addresses.normalise(channel, address)
    done = Forgotten()
    # Locked in the order in which a drain locks them, and before anything else is touched but
    # what a hand-over locks before its messages.
    messages = Message.objects.filter(address=address).order_by("id")
    if not dry_run:
        forgetting.hold(list(messages.values_list("id", flat=True)))
        messages = messages.select_for_update()
    ids = list(messages.values_list("id", flat=True))
    done.messages = len(ids)
    done.events = _clean_events(ids, address, dry_run=dry_run)
    replies = InboundMessage.objects.filter(address__in=_spellings(address))
    # What is being posted is waited for, so that it is among the callbacks.
    owed = _clean_owed(_written(address), dry_run=dry_run)
    done.callbacks = owed + sum(
        _clean_callbacks(model, _written(address), dry_run=dry_run)
        for model in (InboxEntry, HeldCallback)
    )
    done.callbacks += _clean_replies(replies, address, dry_run=dry_run)
    excluded = Exclusion.objects.filter(address=address)
    listed = Address.objects.filter(channel=channel, address=address)
    done.exclusions, done.replies = excluded.count(), replies.count()
    done.quarantine = listed.count()
    done.recipients = forgetting.elsewhere(
        forgetting.Erased(channel, address, ids), dry_run=dry_run
    )
    if dry_run:
        return done
    _uncount_prefixes(ids)
    _clean_messages(ids, address)
    _unname_references(ids, address)
    clicks.forget(ids)
    links.forget(ids)
    excluded.update(address="", recipient="", text="")
    replies.update(address="", text="")
    ImportLine.objects.filter(channel=channel, address=address).delete()
    _keep_denylisted(listed, channel, address)
    _journal(address, done, by=by, at=at)
    return done


def _spellings(address: str) -> list[str]:
    return [address, address.removeprefix("+"), "00" + address.removeprefix("+")]


def _clean_events(ids: Sequence[int], address: str, *, dry_run: bool) -> int:
    """Take the address out of what providers wrote about its messages."""
    count = 0
    for event in MessageEvent.objects.filter(message_id__in=ids).order_by("message_id", "id"):
        text, code = (addresses.redact(said, address) for said in (event.text, event.provider_code))
        if (text, code) != (event.text, event.provider_code):
            count += 1
            if not dry_run:
                told = MessageEvent.objects.filter(pk=event.pk)
                told.update(text=text, provider_code=code[:LONGEST_CODE])
    return count


def _uncount_prefixes(ids: Sequence[int]) -> None:
    changes = Counter(
        (message.counted(), message._replace(address="").counted())
        for message in record.messages(ids=ids, lock=False).values()
    )
    counters.add(counters.differences(changes))


def _clean_messages(ids: Sequence[int], address: str) -> None:
    for message in Message.objects.filter(pk__in=ids).only("id", "text", "provider_code"):
        Message.objects.filter(pk=message.pk).update(
            address="",
            recipient="",
            text=addresses.redact(message.text, address),
            provider_code=addresses.redact(message.provider_code, address)[:LONGEST_CODE],
        )


def _unname_references(ids: Sequence[int], address: str) -> None:
    """Some providers tell recipients of one request apart by the address inside the id.

    It becomes what it is in the raw callbacks, so that these still find their message.
    """
    named = address.removeprefix("+")
    with connection.cursor() as cursor:
        for table in ("deliveries_providerreference", "deliveries_messageevent"):
            cursor.execute(
                f"UPDATE {table} SET provider_id = replace(provider_id, %s, %s) "
                f"WHERE message_id = ANY(%s::bigint[]) AND position(%s IN provider_id) > 0",
                [named, "0" * len(named), rows.array(ids), named],
            )


def _clean_replies(replies: QuerySet[InboundMessage], address: str, *, dry_run: bool) -> int:
    """Overwrite a number where its holder's own messages have it without the country code."""
    code = calling_code(address)
    if not code:
        return 0
    brought = list(replies.values_list("entry_id", flat=True))
    national = _written(address[1 + len(code) :])
    return _clean_callbacks(InboxEntry, national, dry_run=dry_run, only=brought)


def _clean_callbacks(
    model: type[InboxEntry] | type[HeldCallback],
    written: str,
    *,
    dry_run: bool,
    only: Sequence[int] | None = None,
) -> int:
    """Overwrite an address in raw requests, character by character; only: in these entries."""
    names = [name for name in TEXTS_OF_CALLBACKS if hasattr(model, name)]
    anywhere = Q(escaped__iregex=written)
    for name in names:
        anywhere |= Q(**{f"{name}__iregex": written})
    found = model.objects.annotate(escaped=ESCAPED_BODY).filter(anywhere)
    if only is not None:
        found = found.filter(pk__in=only)
    if dry_run:
        return found.count()
    pattern = re.compile(written, re.IGNORECASE)
    count = 0
    for held in found.order_by("id"):
        cleaned = {name: pattern.sub(_zeros, getattr(held, name)) for name in names}
        # Latin-1 has a character for every byte.
        body = pattern.sub(_zeros, bytes(held.body).decode("latin-1")).encode("latin-1")
        count += model.objects.filter(pk=held.pk).update(body=body, **cleaned)
    return count


def _clean_owed(written: str, *, dry_run: bool) -> int:
    """Overwrite an address in what the simulator has yet to post."""
    owed = SimulatedReport.objects.filter(item__iregex=written).order_by("id")
    if dry_run:
        return owed.count()
    pattern = re.compile(written, re.IGNORECASE)
    count = 0
    for report in owed.select_for_update():
        report.item = pattern.sub(_zeros, report.item)
        report.save(update_fields=["item"])
        count += 1
    return count


def _written(address: str) -> str:
    """Return a pattern, for Python and PostgreSQL alike, of the ways a callback spells it.

    Digits may be spaced; what is no letter, digit or dot may be escaped, as in forms and queries.
    """
    if "@" not in address:
        return BETWEEN_DIGITS.join(address.removeprefix("+"))
    return "".join(
        sign if sign.isalnum() else f"(?:{re.escape(sign)}|%{ord(sign):02x})" for sign in address
    )


def _zeros(found: re.Match[str]) -> str:
    return "0" * len(found[0])


def _keep_denylisted(listed: QuerySet[Address], channel: str, address: str) -> None:
    # What was said is counted, and no longer anybody's where nothing is kept of the address.
    Word.objects.filter(address__in=listed).update(text="", code="")
    listed.exclude(status=AddressStatus.DENYLISTED).delete()
    Change.objects.filter(address__in=listed).update(text="", code="")
    Fact.objects.filter(address__in=listed).delete()
    mark = fingerprints.of(address)
    # It may have been erased before, and have come back.
    if Address.objects.filter(channel=channel, fingerprint=mark).exists():
        listed.delete()
    listed.update(address="", fingerprint=mark, error_text="", beneath_text="")


def _journal(address: str, done: Forgotten, *, by: AbstractBaseUser | None, at: datetime) -> None:
    text = f"Address {fingerprints.of(address).hex()[:16]} erased from {done.messages} messages."
    journal.write(delivery=None, code="ADR-1001", text=text, by=by, at=at)
