"""What is known of an address, as its page tells it: failures, successes, words and changes."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _

from dashboard.templatetags.marks import ADDRESS_MARKS, Mark
from messaging.statuses import AddressStatus
from quarantine import folding, incidents, listing
from quarantine.models import Address, Change, Fact, Rule, Word
from tracking import proposals

MOST_WORDS = 100
# What the system itself says of a change stands in English; anything else is somebody's words.
OURS = {
    folding.READ_AGAIN,
    folding.FORGIVEN,
    incidents.HELD,
    incidents.COUNTS,
    proposals.CLICKED,
}
SUCCESS, FAILURE = Mark("delivered", "check"), Mark("failed", "cross")
ASKED, ASKED_BACK = Mark("failed", "excluded"), Mark("delivered", "check")


class Line(NamedTuple):
    """One thing that happened; about: what it says of the address, in a few words.

    rule: the version that decided.  actor: who did, where it was a person.  act_id: the decision
    about many addresses that it was part of.  change_id: how others name it, where it is a change.
    """

    at: datetime
    mark: Mark
    title: str
    about: str
    text: str
    rule: Rule | None
    message_id: int | None
    actor: str
    act_id: int | None = None
    change_id: int | None = None


def of(row: Address) -> list[Line]:
    """Return the story of an address, the latest first; a change stands above its cause."""
    told = [*_changes(row), *_facts(row), *_words(row)]
    return sorted(told, key=lambda line: line.at, reverse=True)


def _changes(row: Address) -> Iterator[Line]:
    for change in listing.changes(row):
        yield _changed(change)


def _changed(change: Change) -> Line:
    after = AddressStatus(change.after)
    return Line(
        at=change.at,
        mark=ADDRESS_MARKS[after],
        title=f"{change.get_before_display()} → {change.get_after_display()}",
        about="" if after == AddressStatus.VALID else str(change.get_reason_display()),
        text=translation.gettext(change.text) if change.text in OURS else change.text,
        rule=change.rule,
        message_id=change.message_id,
        actor=change.actor.get_username() if change.actor else "",
        act_id=change.act_id,
        change_id=change.pk,
    )


def _facts(row: Address) -> Iterator[Line]:
    for fact in listing.facts(row):
        # What a person decided is told by its change.
        if not fact.message_id:
            continue
        failed = fact.says == Fact.Says.FAILED
        about = f"{fact.get_reason_display()}, {fact.get_failure_type_display()}" if failed else ""
        yield Line(
            at=fact.at,
            mark=FAILURE if failed else SUCCESS,
            title=_title(fact),
            about=about,
            text=fact.text,
            rule=None,
            message_id=fact.message_id,
            actor="",
        )


def _title(fact: Fact) -> str:
    if fact.says != Fact.Says.FAILED:
        return _("A message was received")
    if fact.incident_id:
        return _("A message failed: held as incident %(number)s, it does not count") % {
            "number": fact.incident_id
        }
    return _("A message failed")


def _words(row: Address) -> Iterator[Line]:
    for word in Word.objects.filter(address=row).order_by("-at")[:MOST_WORDS]:
        stop = word.says == Word.Says.STOP
        yield Line(
            at=word.at,
            mark=ASKED if stop else ASKED_BACK,
            title=_("Its holder asked to be left alone")
            if stop
            else _("Its holder asked to be written to again"),
            about="",
            text=word.text,
            rule=None,
            message_id=word.message_id,
            actor="",
        )
