"""Clicks from outside, on warm links, while PostgreSQL crashes and comes back."""

import http.client
import os
import signal
import threading
from collections import Counter
from itertools import cycle
from typing import Self
from urllib.parse import urlsplit

import pytest

from tests.system.running import System, until
from tests.tracking.recorded import GOOGLE_MESSAGES, IMESSAGE, IPHONE

pytestmark = pytest.mark.slow

LINKS, CONNECTIONS = 400, 8


def make_links(
    system: System, *, count: int = LINKS, content: str = "Go https://example.com/a"
) -> tuple[str, list[dict]]:
    """Make a delivery with links; return its path in the API, and what was made."""
    account = system.call(
        "POST", "/api/v1/accounts/", {"name": f"Clicks {count}", "kind": "kannel"}
    ).json()
    fields = {"label": "Clicks", "channel": "sms", "account": account["id"]}
    delivery = system.call("POST", "/api/v1/deliveries/", fields | {"content": content}).json()
    path = f"/api/v1/deliveries/{delivery['id']}/"
    made = system.call("POST", f"{path}links/", {"messages": [{}] * count}).json()["messages"]
    return path, made


def paths(made: dict) -> list[str]:
    """Return the paths of a message's links."""
    return [urlsplit(url).path for url in made["links"].values()]


class Clicking:
    """Clicks on links over several connections until it is stopped; counts what is answered."""

    def __init__(self, system: System, links: list[str]) -> None:
        self.system, self.links = system, links
        self.stopping = threading.Event()
        self.answers: list[Counter[int]] = [Counter() for _ in range(CONNECTIONS)]
        self.threads = [
            threading.Thread(target=self._click, args=(number,)) for number in range(CONNECTIONS)
        ]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _click(self, number: int) -> None:
        door = http.client.HTTPConnection("127.0.0.1", self.system.port, timeout=30)
        headers = {"Host": f"localhost:{self.system.port}"}
        for link in cycle(self.links[number::CONNECTIONS]):
            if self.stopping.is_set():
                break
            door.request("GET", link, headers=headers)
            answer = door.getresponse()
            answer.read()
            self.answers[number][answer.status] += 1
        door.close()

    def answered(self) -> Counter[int]:
        """Return how many answers there were of each status."""
        return sum(self.answers, Counter())


MACHINES = {
    GOOGLE_MESSAGES: ["preview_agent"],
    IMESSAGE: ["preview_agent"],
    "WhatsApp/2.23.20.0 A": ["preview_agent"],
    "": ["no_agent"],
}


def test_who_clicked_is_told_apart_by_the_worker(system):
    path, made = make_links(system, count=len(MACHINES) + 3, content="x.it or y.it")
    person, head, burst, *others = made

    def ask(method: str, link: str, agent: str) -> int:
        return system.call(method, link, **{"User-Agent": agent}).status

    statuses = {ask("GET", paths(person)[0], IPHONE), ask("HEAD", paths(head)[0], IPHONE)}
    statuses |= {ask("GET", link, IPHONE) for link in paths(burst)}
    statuses |= {
        ask("GET", paths(one)[0], agent) for one, agent in zip(others, MACHINES, strict=True)
    }
    expected = {person["message"]: [], head["message"]: ["head_request"]}
    expected |= {burst["message"]: ["all_links"]}
    expected |= dict(zip([one["message"] for one in others], MACHINES.values(), strict=True))

    def are_judged() -> bool:
        return system.call("GET", path).json()["counters"]["clicks"] == len(made) + 1

    assert statuses == {302}
    until(are_judged)
    clicks = list(system.pages(f"{path}clicks/"))
    assert {click["message"]: click["reasons"] for click in clicks} == expected
    assert len(clicks) == len(made) + 1


def test_warm_links_lead_on_and_every_click_is_kept_once_while_postgresql_crashes(system):
    path, made = make_links(system)
    links = [link for one in made for link in paths(one)]
    warming = [system.call("GET", link).status for link in links]

    def is_spooling() -> bool:
        return any((system.home / "spool").glob("*.clicks"))

    def is_back() -> bool:
        return system.call("GET", "/readyz").status == 200

    def is_loaded() -> bool:
        return not any((system.home / "spool").iterdir())

    with Clicking(system, links) as clicking:
        os.kill(min(system.processes("postgres")), signal.SIGQUIT)
        until(is_spooling)
        until(is_back)

    answered = clicking.answered()
    assert (set(warming), answered.keys()) == ({302}, {302})
    until(is_loaded)
    stored = list(system.pages(f"{path}clicks/?page_size=1000"))
    assert len(stored) == LINKS + answered[302]
