"""Who clicked: a pure function of all that is known of a message's clicks, whatever the order.

Rules have a version; with a new one, history can be judged again (tracking.rejudging).
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tracking import agents
from tracking.models import Click
from tracking.networks import Networks
from tracking.reasons import Reason

VERSION = 2
# All links of a message within this time: nobody's finger is that fast.
BURST = timedelta(seconds=1)
# After the phone had the message, nobody has read it any earlier.
READING = timedelta(seconds=1)
# Clocks of providers and ours may differ by so much.
CLOCKS = timedelta(seconds=5)
# What browsers say when they load a page that nobody has opened yet; any header, any of the words.
_IN_ADVANCE = re.compile(r"prefetch|prerender|preview|preload", re.IGNORECASE)
_PURPOSES = frozenset({"purpose", "sec-purpose", "x-purpose", "x-moz"})
_PREVIEWS = frozenset({Reason.PREVIEW_AGENT, Reason.PREFETCH})
_ORDER = {reason: place for place, reason in enumerate(Reason)}
# Versions that browsers never had, and platforms that do not go together.
_IMPOSSIBLE = re.compile(
    r"(?:chrome|firefox)/(?:0|[4-9]\d\d|\d{4,})\.|iphone os (?:0|[4-9]\d|\d{3,})_"
    r"|android (?:0(?:\.0)?|[4-9]\d|\d{3,})[;.)]|windows nt (?:1[2-9]|[2-9]\d)\.",
    re.IGNORECASE,
)


class Asked(NamedTuple):
    """One request for a link, as it was stored; headers: those that tell about the purpose."""

    id: int
    url_id: int
    at: datetime
    method: str
    user_agent: str
    network: str
    headers: Mapping[str, str]


class Journey(NamedTuple):
    """What is known of the message that was clicked.

    sent_at: when it was handed to its provider; delivered_at: when its provider states that the
    phone had it (a time of reception would be later than that); links: how many it has.
    """

    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    links: int = 0


class Verdict(NamedTuple):
    """Who is thought to have clicked, and all that speaks against a person, in one order."""

    verdict: str
    reasons: tuple[str, ...]


def of(clicks: Sequence[Asked], *, journey: Journey, machines: Networks) -> dict[int, Verdict]:
    """Judge the clicks of one message, by their ids."""
    together = _bursts(clicks, links=journey.links)
    found = {}
    for click in clicks:
        reasons = {*_by_itself(click, machines), *_by_time(click.at, journey)}
        if click.id in together:
            reasons.add(Reason.ALL_LINKS)
        found[click.id] = _verdict(reasons)
    return found


def _verdict(reasons: Collection[Reason]) -> Verdict:
    verdict = Click.Verdict.HUMAN
    if reasons:
        verdict = Click.Verdict.PREVIEW if _PREVIEWS & set(reasons) else Click.Verdict.BOT
    return Verdict(verdict.value, tuple(r.value for r in sorted(reasons, key=_ORDER.__getitem__)))


def _by_itself(click: Asked, machines: Networks) -> set[Reason]:
    """Return what the request alone gives away."""
    reasons = set()
    if named := agents.reason(click.user_agent):
        reasons.add(named)
    if _IMPOSSIBLE.search(click.user_agent):
        reasons.add(Reason.IMPOSSIBLE_AGENT)
    if click.method.upper() == "HEAD":
        reasons.add(Reason.HEAD_REQUEST)
    if any(
        name.lower().replace("_", "-") in _PURPOSES and _IN_ADVANCE.search(str(value))
        for name, value in click.headers.items()
    ):
        reasons.add(Reason.PREFETCH)
    if click.network and click.network in machines:
        reasons.add(Reason.DATA_CENTRE)
    return reasons


def _by_time(at: datetime, journey: Journey) -> set[Reason]:
    """Return what the time of a click gives away."""
    if journey.sent_at and at < journey.sent_at - CLOCKS:
        return {Reason.BEFORE_SENT}
    if journey.delivered_at and at < journey.delivered_at - CLOCKS:
        return {Reason.BEFORE_DELIVERY}
    if journey.delivered_at and abs(at - journey.delivered_at) < READING:
        return {Reason.TOO_SOON}
    return set()


def _bursts(clicks: Sequence[Asked], *, links: int) -> set[int]:
    """Return the clicks of every second in which all links of the message were asked for."""
    if links <= 1:
        return set()
    found: set[int] = set()
    ordered = sorted(clicks, key=lambda click: (click.at, click.id))
    first = 0
    within: dict[int, int] = defaultdict(int)
    for last, click in enumerate(ordered):
        within[click.url_id] += 1
        while click.at - ordered[first].at > BURST:
            url_id = ordered[first].url_id
            within[url_id] -= 1
            if not within[url_id]:
                del within[url_id]
            first += 1
        if len(within) >= links:
            found.update(each.id for each in ordered[first : last + 1])
    return found
