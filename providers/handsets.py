"""The people with the simulated phones, and the machines around them: who follows which link.

Planned from a message's provider id, as its reports are (providers.simulation), so that what
comes of a delivery can be foretold.
"""

import hashlib
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

# Of those who follow links, how many more have a phone that draws a card of them first, and how
# many are with a carrier that looks at links before it hands a message on.
PREVIEWED, SCANNED = 0.5, 0.15
# Who clicks again, who also opens the next link, and who has a message that is said to have failed.
AGAIN, BOTH, MISREPORTED = 0.15, 0.2, 0.4
# Nobody has read a message, or written one, any earlier.
LEAST_READING, LEAST_WRITING = 2.5, 4.0
LONGEST = timedelta(hours=6)

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
_ANDROID = f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT}"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko)"
PHONES = (
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {_SAFARI}",
    f"{_ANDROID} Chrome/139.0.0.0 Mobile Safari/537.36",
    f"{_ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Android 15; Mobile; rv:142.0) Gecko/142.0 Firefox/142.0",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/139.0.0.0 Safari/537.36",
)
PREVIEWERS = (
    # Messages for iPhone, which asks as both; Google Messages.
    f"{_MAC} Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    f"Mozilla/5.0 (X11; Linux x86_64) {_WEBKIT} Chrome/139.0.0.0 Google-PageRenderer",
)
SCANNERS = (
    "Mozilla/5.0 (compatible; LinkScanner/2.1)",
    "python-requests/2.32.4",
    "Go-http-client/2.0",
)
OPT_OUTS = ("STOP", "Stop", "STOP.", "Unsubscribe")
NATIONAL_OPT_OUTS = {"+39": "Basta", "+33": "Arret", "+49": "Abmelden"}
THANKS = {"+39": "Grazie!", "+33": "Merci !", "+49": "Danke!"}
REMARKS = ("HELP", "Is the shop open on Sunday?", "Please don't stop these!", "Who is this?")


class Habits(NamedTuple):
    """What people do with what they receive: shares between 0 and 1; speed divides every delay."""

    clicks: float = 0.0
    replies: float = 0.0
    speed: float = 1.0


class Visit(NamedTuple):
    """A request for a link, and when it comes."""

    at: datetime
    url: str
    agent: str
    method: str = "GET"


class Reply(NamedTuple):
    """What somebody writes back, and when."""

    at: datetime
    text: str


def visits(
    identifier: str,
    urls: Sequence[str],
    *,
    sent_at: datetime,
    ended_at: datetime | None,
    was_received: bool,
    habits: Habits,
) -> list[Visit]:
    """Plan who asks for the links of one message, and when, in the order of time.

    ended_at: when its last report says that it ended, None where there is none; was_received:
    whether that report tells of success.
    """
    chance = _chance(identifier, "visits")
    arrived_at = ended_at or sent_at + timedelta(seconds=5 / habits.speed)
    share = habits.clicks * (1.0 if was_received or ended_at is None else MISREPORTED)
    found: list[Visit] = []
    if chance.random() < habits.clicks * SCANNED:
        agent = chance.choice(SCANNERS)
        found += [Visit(sent_at, url, agent, chance.choice(("GET", "HEAD"))) for url in urls]
    if was_received and chance.random() < habits.clicks * PREVIEWED:
        seen_at = arrived_at + timedelta(seconds=chance.uniform(0.2, 2.0))
        agent = chance.choice(PREVIEWERS)
        found += [Visit(seen_at, url, agent) for url in urls]
    if urls and chance.random() < share:
        found += _of_a_person(chance, urls, arrived_at, habits)
    return sorted(found, key=lambda visit: visit.at)


def _of_a_person(
    chance: random.Random, urls: Sequence[str], arrived_at: datetime, habits: Habits
) -> Iterator[Visit]:
    agent = chance.choices(PHONES, (48, 34, 10, 4, 4))[0]
    at = arrived_at + _pause(chance, 3.8, least=LEAST_READING, habits=habits)
    yield Visit(at, urls[0], agent)
    for url, likely in ((urls[0], AGAIN), *((other, BOTH) for other in urls[1:])):
        if chance.random() < likely:
            at += _pause(chance, 3.0, least=LEAST_READING, habits=habits)
            yield Visit(at, url, agent)


def reply(identifier: str, *, address: str, received_at: datetime, habits: Habits) -> Reply | None:
    """Plan what the owner of a number answers to a message; None for most."""
    chance = _chance(identifier, "reply")
    if chance.random() >= habits.replies:
        return None
    country = next((prefix for prefix in THANKS if address.startswith(prefix)), "")
    said = (
        chance.choice(OPT_OUTS),
        NATIONAL_OPT_OUTS.get(country, "STOP"),
        THANKS.get(country, "Thanks!"),
        chance.choice(REMARKS),
    )
    text = chance.choices(said, (40, 20, 20, 20))[0]
    return Reply(received_at + _pause(chance, 3.9, least=LEAST_WRITING, habits=habits), text)


def _pause(chance: random.Random, mu: float, *, least: float, habits: Habits) -> timedelta:
    """Return how long somebody takes: log-normal, half of all less than e to the power of mu."""
    taken = timedelta(seconds=least + chance.lognormvariate(mu, 1.0) / habits.speed)
    return min(taken, LONGEST)


def _chance(identifier: str, what: str) -> random.Random:
    seed = hashlib.blake2b(f"{identifier}.{what}".encode(), digest_size=8).digest()
    return random.Random(seed)  # noqa: S311 (a simulation, not a secret)
