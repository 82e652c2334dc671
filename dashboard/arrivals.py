"""The way to an account: its first genuine callback, and how far a test of our own has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ingestion import sightings
from ingestion.models import Trial
from ingestion.sightings import Seen
from messaging.statuses import MessageStatus
from providers.base import Provider

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# A worker reads what has come within seconds; nobody looks on for longer.
PATIENCE = timedelta(seconds=30)
INNER = (".local", ".localhost", ".internal", ".test", ".lan", ".home.arpa")


class Mark(Enum):
    """How one step of a test went."""

    DONE = "done"
    FAILED = "failed"
    OPEN = "open"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a test, in a sentence."""

    mark: Mark
    sentence: str


@dataclass(frozen=True, slots=True)
class First:
    """The first genuine callback of an account: when it came, and what it was."""

    at: datetime
    what: "StrOrPromise"


def first(seen: Seen | None) -> First | None:
    """Put the first genuine callback into words."""
    if seen is None:
        return None
    words: dict[str, StrOrPromise] = {status.api_name: status.label for status in MessageStatus}
    words[sightings.REPLY] = _("a reply from a handset")
    words[sightings.UNMOVED] = _("a report with an unknown word")
    return First(seen.first_at, words.get(seen.said, seen.said))


def is_out_of_reach(url: str) -> bool:
    """Tell whether no provider can reach an address: it leads to this machine or network only."""
    host = urlsplit(url).hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(INNER)


def steps(trial: Trial, provider: Provider, *, owed: bool, at: datetime) -> list[Step]:
    """Tell step by step how far a test has come; owed: a proof beyond the secret address."""
    told = [_written(provider)]
    if not trial.answered:
        return [*told, Step(Mark.OPEN, _("It is being posted."))]
    if trial.status is None:
        return [*told, Step(Mark.FAILED, _unanswered())]
    if trial.reason:
        said = {"status": trial.status, "reason": trial.reason}
        text = _("Our own door refused it with %(status)d: %(reason)s")
        return [*told, Step(Mark.FAILED, text % said)]
    told.append(Step(Mark.DONE, _("Our own door was reached, and knew the address.")))
    told.append(_proven(trial, provider, owed=owed))
    text = _("It was stored, and answered with %(status)d: from here on it cannot be lost.")
    told.append(Step(Mark.DONE, text % {"status": trial.status}))
    return [*told, _read(trial, at=at)]


def goes_on(trial: Trial | None, *, at: datetime) -> bool:
    """Tell whether a test may still come further."""
    if trial is None or trial.applied_at or at - trial.created_at > PATIENCE:
        return False
    return not trial.answered or (trial.status is not None and not trial.reason)


def _written(provider: Provider) -> Step:
    text = _("A delivery report was written as %(provider)s writes it.")
    return Step(Mark.DONE, text % {"provider": provider.label})


def _unanswered() -> str:
    own = {"address": f"{settings.HOST}:{settings.PORT}"}
    return _("Nobody answered at %(address)s, where our own web server should be.") % own


def _proven(trial: Trial, provider: Provider, *, owed: bool) -> Step:
    if not owed:
        return Step(Mark.DONE, _("Nothing is signed: the secret address is the proof."))
    if trial.signed:
        return Step(Mark.DONE, _("Its proof was checked with the stored credentials."))
    text = _(
        "Only %(provider)s can sign, with a key that it alone has: this check was left out. It is "
        "made for every other callback."
    )
    return Step(Mark.LEFT_OUT, text % {"provider": provider.label})


def _read(trial: Trial, *, at: datetime) -> Step:
    if trial.error:
        text = _("A worker could not read it: %(error)s")
        return Step(Mark.FAILED, text % {"error": trial.error})
    if trial.applied_at:
        text = ngettext(
            "A worker has read %(number)d report in it. It is about no message, and counts as a "
            "test only.",
            "A worker has read %(number)d reports in it. They are about no message, and count as "
            "a test only.",
            trial.found,
        )
        return Step(Mark.DONE, text % {"number": trial.found})
    if at - trial.created_at > PATIENCE:
        return Step(
            Mark.FAILED,
            _("No worker has read it so far: see what “manage.py doctor” says of the worker."),
        )
    return Step(Mark.OPEN, _("A worker is about to read it."))
