"""What is wrong with an account's callbacks, in one sentence, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.account_cards import Trust
from dashboard.templatetags.numbers import count, hours
from deliveries.awaiting import Awaited
from ingestion import figures
from ingestion.health import Held, Sums
from ingestion.sightings import Seen

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Providers report within minutes, mostly: this long without a word while messages wait is odd.
SILENT = timedelta(hours=1)
# Of a hundred reports, so many without a message are another system's.
MANY_PARKED = 20


class Level(IntEnum):
    """How bad it is; the worst stand first."""

    ERROR = 0
    WARNING = 1
    QUIET = 2
    FINE = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of an account: what is wrong, and what to do."""

    level: Level
    sentence: "StrOrPromise"
    cure: "StrOrPromise" = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict rests on; `recent` are the sums of the last day."""

    trust: Trust
    recent: Sums
    seen: Seen | None
    genuine: Seen | None
    awaited: Awaited
    held: Held


def of(found: Evidence, *, at: datetime) -> Verdict:
    """Return the worst that can be said."""
    checks = (_unprovable, _refused, _silent, _dead, _foreign, _unverified)
    told = (check(found, at) for check in checks)
    return next((verdict for verdict in told if verdict), _well(found))


def _unprovable(found: Evidence, _at: datetime) -> Verdict | None:
    if found.trust is Trust.UNREADABLE:
        return Verdict(
            Level.ERROR,
            _("The credentials cannot be read, so every callback is refused."),
            _("Enter them again on the page of the account."),
        )
    if found.trust is Trust.INCOMPLETE:
        return Verdict(
            Level.ERROR,
            _("No secret is stored, so every callback is refused."),
            _("Enter what the provider signs with on the page of the account."),
        )
    return None


def _refused(found: Evidence, _at: datetime) -> Verdict | None:
    refused, received = found.recent.plain[figures.REFUSED], found.recent.plain[figures.RECEIVED]
    if not refused:
        return None
    if not received:
        text = ngettext(
            "%(number)s callback came in the last 24 hours, and was refused: its signature is "
            "missing or wrong.",
            "All %(number)s callbacks of the last 24 hours were refused: their signatures are "
            "missing or wrong.",
            refused,
        )
        cure = _(
            "Compare the stored secret with the provider's, and PUBLIC_URL with the beginning of "
            "the address that the provider was given."
        )
        return Verdict(Level.ERROR, text % {"number": count(refused)}, cure)
    text = ngettext(
        "%(number)s callback of the last 24 hours was refused, %(received)s were let in.",
        "%(number)s callbacks of the last 24 hours were refused, %(received)s were let in.",
        refused,
    )
    cure = _(
        "If a secret was changed at the provider, store the new one beside the old; otherwise "
        "somebody else knows the address."
    )
    said = {"number": count(refused), "received": count(received)}
    return Verdict(Level.WARNING, text % said, cure)


def _silent(found: Evidence, at: datetime) -> Verdict | None:
    waiting, oldest = found.awaited.total, found.awaited.oldest
    last = found.genuine or found.seen
    if not waiting or oldest is None or at - max(oldest, last.last_at if last else oldest) < SILENT:
        return None
    if last is None:
        text = ngettext(
            "Nothing has ever come, although %(number)s message waits for a receipt.",
            "Nothing has ever come, although %(number)s messages wait for a receipt.",
            waiting,
        )
        cure = _(
            "Give the callback address to the provider as the page of the account tells, and send "
            "a test callback from there."
        )
        return Verdict(Level.ERROR, text % {"number": count(waiting)}, cure)
    text = ngettext(
        "Nothing for %(time)s, although %(number)s message waits for a receipt.",
        "Nothing for %(time)s, although %(number)s messages wait for a receipt.",
        waiting,
    )
    cure = _(
        "If the provider's own log shows receipts, the address was changed there or cannot be "
        "reached; if it shows none, ask the provider."
    )
    silence = timedelta(hours=(at - last.last_at) // timedelta(hours=1))
    said = {"number": count(waiting), "time": hours(silence)}
    return Verdict(Level.WARNING, text % said, cure)


def _dead(found: Evidence, _at: datetime) -> Verdict | None:
    if not found.held.dead:
        return None
    text = ngettext(
        "%(number)s callback cannot be read or applied.",
        "%(number)s callbacks cannot be read or applied.",
        found.held.dead,
    )
    cure = _("Look at the causes under Callbacks, then retry or discard.")
    return Verdict(Level.WARNING, text % {"number": count(found.held.dead)}, cure)


def _foreign(found: Evidence, _at: datetime) -> Verdict | None:
    parked, applied = found.recent.plain[figures.PARKED], found.recent.plain[figures.APPLIED]
    if not found.held.parked or 100 * parked < MANY_PARKED * (parked + applied):
        return None
    text = ngettext(
        "%(number)s report is about a message that is not registered here.",
        "%(number)s reports are about messages that are not registered here.",
        found.held.parked,
    )
    cure = _(
        "Register messages with the ids that the provider returned; another system may be using "
        "the same account."
    )
    return Verdict(Level.WARNING, text % {"number": count(found.held.parked)}, cure)


def _unverified(found: Evidence, _at: datetime) -> Verdict | None:
    if found.trust is not Trust.OFF:
        return None
    return Verdict(
        Level.WARNING,
        _("Signatures are not checked: whoever knows the address can report what they like."),
        _("Turn the check on again on the page of the account."),
    )


def _well(found: Evidence) -> Verdict:
    if found.seen is None:
        return Verdict(Level.QUIET, _("Nothing has come so far, and nothing is waited for."))
    return Verdict(Level.FINE, _("All is well."))
