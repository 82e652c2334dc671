"""From new facts and words to how addresses stand, and to the lines of their stories."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.dispatch import Signal
from django.utils.translation import gettext_noop

from messaging.statuses import AddressStatus
from quarantine import facts, ledger, rulebook, words
from quarantine.facts import Fact, Folded, Says
from quarantine.ledger import Known, Step
from quarantine.rules import Ruling
from quarantine.standing import Standing
from quarantine.words import Said

# Sent with the `address_ids` of those that came into quarantine, left it, or stand there otherwise.
quarantine_changed = Signal()
# What a Change says where what was its cause is no longer found.
READ_AGAIN = gettext_noop("Callbacks were read again: this was not asked for.")
FORGIVEN = gettext_noop("The last error is long enough ago.")


@dataclass(slots=True)
class News:
    """What became known of addresses, by their ids.

    anew: those that have lost a fact; since: those whose successes are known further back;
    released: those whose last release is another one now.
    """

    added: dict[int, list[Fact]] = field(default_factory=dict)
    anew: set[int] = field(default_factory=set)
    since: dict[int, datetime] = field(default_factory=dict)
    released: Mapping[int, datetime | None] = field(default_factory=dict)


class Author(NamedTuple):
    """Who brings the news, where it is a person.

    act_id: the decision about many addresses.  text: why, where no fact tells it.
    """

    actor_id: int | None = None
    act_id: int | None = None
    text: str = ""


NOBODY = Author()


class Because(NamedTuple):
    """What a fold is due to where no fact is new, and the incident that is behind it."""

    text: str
    incident_id: int | None = None


NOT_ASKED = Because(READ_AGAIN)


class _Moved(NamedTuple):
    """An address before and after the news; cause: the fact that its record is due to."""

    before: Standing
    now: Standing
    cause: Fact | None
    text: str


def settle(
    known: Mapping[int, Known],
    heard: Mapping[int, Mapping[bytes, Said]],
    news: News,
    *,
    at: datetime,
    author: Author = NOBODY,
    because: Because = NOT_ASKED,
) -> None:
    """Write how locked addresses stand after the news, whose facts have been written already."""
    folded, ruled = _fold(known, news)
    changed: list[tuple[int, Standing]] = []
    steps: list[Step] = []
    for address_id, address in known.items():
        moved = _move(address_id, address.standing, folded, news, at=at, text=because.text)
        moved = moved._replace(now=words.after(moved.now, heard[address_id].values()))
        if moved.now != moved.before:
            changed.append((address_id, moved.now))
        decided = any(fact.is_decision() for fact in news.added.get(address_id, ()))
        if decided or author.text or moved.now.status != moved.before.status:
            word = words.latest(heard[address_id].values())
            step = _step(address_id, moved, word, ruled, decided=decided, at=at)
            if author.text:
                step = Step(*step[:4], at, author.text)
            step = step._replace(incident_id=because.incident_id)
            steps.append(step._replace(actor_id=author.actor_id, act_id=author.act_id))
    ledger.write_standings(changed, at=at)
    ledger.write_steps(steps)
    announce((key, known[key].standing.status, now.status) for key, now in changed)


def announce(changed: Iterable[tuple[int, str, str]]) -> None:
    """Tell packages above of quarantine in the running transaction; changed: status before, now."""
    ids = [key for key, *statuses in changed if AddressStatus.QUARANTINE in statuses]
    if ids:
        quarantine_changed.send(sender=Standing, address_ids=ids)


def _move(
    address_id: int,
    before: Standing,
    folded: Mapping[int, Folded],
    news: News,
    *,
    at: datetime,
    text: str,
) -> _Moved:
    """Return an address with its new record, words not yet considered."""
    now = before
    if address_id in news.since:
        now = now._replace(known_since=news.since[address_id])
    if address_id in news.released:
        now = now._replace(released_at=news.released[address_id])
    if address_id not in folded:
        return _Moved(before, now, None, text)
    record, cause, last = folded[address_id]
    kept = facts.forgiven(record, at=at)
    if kept != record or last is None:
        # Nothing that comes can go on from here: it may belong before what was forgiven.
        now = now.having(kept)._replace(folded_at=None, folded_key=None)
        return _Moved(before, now, None, text if kept == record else FORGIVEN)
    now = now.having(record)._replace(folded_at=last.at, folded_key=last.key)
    releases = [fact.at for fact in news.added.get(address_id, ()) if fact.says == Says.RELEASED]
    if releases:
        now = now._replace(released_at=max(releases))
    return _Moved(before, now, cause, text)


def _step(
    address_id: int,
    moved: _Moved,
    word: Said | None,
    ruled: Mapping[int, Ruling],
    *,
    decided: bool,
    at: datetime,
) -> Step:
    """Return the line that tells why an address stands differently."""
    before, now, cause, text = moved
    reason = before.reason if now.status == AddressStatus.VALID else now.reason
    step = Step(address_id, before.status, now.status, reason, at, text)
    if cause and (decided or before.by_word == now.by_word):
        rule = ruled.get(cause.rule_id or 0)
        return step._replace(
            at=cause.at,
            text=cause.text,
            rule_id=rule.id if rule else None,
            rule_version=rule.version if rule else None,
            message_id=cause.message_id,
        )
    if word and before.by_word != now.by_word:
        return step._replace(
            at=word.at,
            text=word.text,
            inbound_id=word.inbound_id,
            message_id=word.message_id,
            provider=word.provider,
            code=word.code,
        )
    return step


def _fold(known: Mapping[int, Known], news: News) -> tuple[dict[int, Folded], dict[int, Ruling]]:
    """Return what the records come to, and the rules by their ids."""
    if not news.added and not news.anew:
        return {}, {}
    further = {
        address_id: added
        for address_id, added in news.added.items()
        if address_id not in news.anew and _goes_on(known[address_id].standing, added)
    }
    whole = ledger.facts((news.anew | news.added.keys()) - further.keys())
    ruled = rulebook.all_versions()
    folded = {address_id: facts.fold(told, ruled=ruled) for address_id, told in whole.items()}
    for address_id, added in further.items():
        onto = known[address_id].standing.record()
        folded[address_id] = facts.fold(added, ruled=ruled, onto=onto)
    return folded, ruled


def _goes_on(standing: Standing, added: Sequence[Fact]) -> bool:
    """Tell whether all that was added is later than whatever the record knows."""
    if standing.folded_at is None:
        # It never had a fact, unless its errors were forgiven.
        return standing.known_since is None
    last = (standing.folded_at, standing.folded_key or b"")
    return all(facts.order(fact) > last for fact in added)
