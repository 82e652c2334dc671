"""Taking in what became known about addresses: words, and how messages to them ended.

A constant number of statements, however many addresses.  Addresses are locked in the order of
their keys; whoever locks messages too has done so before.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from quarantine import fingerprints, folding, incidents, ledger, rulebook, rules, words
from quarantine.facts import Fact, Says
from quarantine.folding import News
from quarantine.incidents import Holding
from quarantine.ledger import Known, Name
from quarantine.words import Said

LONGEST_TEXT = 500


class Ended(NamedTuple):
    """How a message ended; fact: None where that does not count, or counts no more."""

    name: Name
    message_id: int
    fact: Fact | None

    def failed(self) -> bool:
        """Tell whether it failed in a way that counts."""
        return self.fact is not None and self.fact.says == Says.FAILED


# Asked for the messages to addresses that were delivered at a time or later.
History = Callable[[Mapping[Name, datetime]], Iterable[Ended]]


def take(
    *,
    said: Mapping[Name, Sequence[Said]],
    withdrawn: Collection[bytes] = (),
    ended: Sequence[Ended] = (),
    history: History,
    at: datetime,
) -> Counter[int]:
    """Take words of addresses and ends of messages into account.

    withdrawn: keys of words that are forgotten unless said again.  Returns, by delivery, how many
    messages more (or fewer) an opt-out answers now.  What is known already changes nothing.
    """
    opted: Counter[int] = Counter()
    if not said and not withdrawn and not ended:
        return opted
    ruled = _ruled(ended)
    marks = _marks(said, ended, ruled)
    ledger.add_missing(marks)
    names = marks.keys() | {end.name for end in ended}
    known = ledger.locked(names, marks=marks, withdrawn=withdrawn)
    if not known:
        return opted
    heard = {
        address_id: _merged(address.words, said.get(_name(address), ()), withdrawn)
        for address_id, address in known.items()
    }
    ledger.write_words(known, heard)
    folding.settle(known, heard, _write_facts(known, ended, ruled, history), at=at)
    for address_id, before in known.items():
        opted.update(delivery for delivery, _message in words.opt_outs(heard[address_id]))
        opted.subtract(delivery for delivery, _message in words.opt_outs(before.words))
    return opted


def _ruled(ended: Sequence[Ended]) -> dict[int, int]:
    """Return by message the version of the rule that decides, where it does not say to ignore."""
    failed = [end for end in ended if end.failed()]
    if not failed:
        return {}
    in_force = rulebook.in_force()
    ruled = {}
    for end in failed:
        fact = end.fact
        ruling = fact and in_force.deciding(
            channel=end.name.channel, failure_type=fact.failure_type, reason=fact.reason
        )
        if ruling and ruling.action != rules.IGNORE:
            ruled[end.message_id] = ruling.id
    return ruled


def _marks(
    said: Mapping[Name, Sequence[Said]], ended: Sequence[Ended], ruled: Mapping[int, int]
) -> dict[Name, bytes]:
    """Return the names that need a row, with their hashes."""
    names = said.keys() | {end.name for end in ended if end.message_id in ruled}
    return {name: fingerprints.of(name.address) for name in names}


def _name(known: Known) -> Name:
    return Name(known.channel, known.spelling)


def _merged(
    known: Mapping[bytes, Said], said: Sequence[Said], withdrawn: Collection[bytes]
) -> dict[bytes, Said]:
    again = {word.key for word in said}
    merged = {key: word for key, word in known.items() if key in again or key not in withdrawn}
    for word in said:
        told = word._replace(text=word.text[:LONGEST_TEXT])
        merged[word.key] = words.same(merged[word.key], told) if word.key in merged else told
    return merged


def _write_facts(
    known: Mapping[int, Known],
    ended: Sequence[Ended],
    ruled: Mapping[int, int],
    history: History,
) -> News:
    """Write what has become a fact or is one no more; return what that is for each address."""
    # Of an erased address nothing is kept but that it is denylisted.
    ids = {
        _name(address): address_id for address_id, address in known.items() if not address.erased
    }
    ends = {end.message_id: end for end in ended if end.name in ids}
    since = _since(known, ids, ends.values(), ruled)
    if since:
        named = {_name(known[key]): at for key, at in since.items()}
        ends = {end.message_id: end for end in history(named)} | ends
    counted = {
        key for key, address in known.items() if address.standing.known_since is not None
    } | since.keys()
    news = News(since=since)
    added: dict[int, list[Fact]] = defaultdict(list)
    gone = []
    held = _holding(ended, ruled)
    stored = ledger.facts_of_messages([key for key in ends if ids[ends[key].name] in counted])
    for message_id, end in ends.items():
        address_id = ids[end.name]
        old = stored.get(message_id)
        if old and end.fact and old.outcome() == end.fact.outcome():
            continue
        if old:
            gone.append(message_id)
            news.anew.add(address_id)
        fact = _kept(end, ruled, held)
        if fact and address_id in counted:
            added[address_id].append(fact)
    ledger.write_facts(gone=gone, added=added)
    news.added = added
    return news


def _holding(ended: Sequence[Ended], ruled: Mapping[int, int]) -> list[Holding]:
    """Return the incidents that failures among these may belong to; none changes meanwhile."""
    times = [end.fact.at for end in ended if end.fact and end.message_id in ruled]
    return incidents.holding(since=min(times)) if times else []


def _kept(end: Ended, ruled: Mapping[int, int], held: Sequence[Holding]) -> Fact | None:
    """Return the fact as it is stored, None where it does not count."""
    if end.fact is None or not end.failed():
        return end.fact
    rule_id = ruled.get(end.message_id)
    text = end.fact.text[:LONGEST_TEXT]
    if not rule_id:
        return None
    return incidents.marked(end.fact._replace(rule_id=rule_id, text=text), held)


def _since(
    known: Mapping[int, Known],
    ids: Mapping[Name, int],
    ends: Iterable[Ended],
    ruled: Mapping[int, int],
) -> dict[int, datetime]:
    """Return the addresses that failed earlier than their successes are known from, and when."""
    earliest: dict[int, datetime] = {}
    for end in ends:
        if end.fact and end.message_id in ruled:
            address_id = ids[end.name]
            earliest[address_id] = min(end.fact.at, earliest.get(address_id, end.fact.at))
    since = {}
    for address_id, at in earliest.items():
        before = known[address_id].standing.known_since
        if before is None or at < before:
            since[address_id] = at
    return since
