"""The main job from outside: a system as a newcomer starts it, real HTTP, real processes."""

import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.system import traffic
from tests.system.running import System, until

pytestmark = pytest.mark.slow

MESSAGES, CALLBACKS, LATE = 10_000, 20_000, 1_000
CANARY = traffic.address(0)


def lines(numbers) -> bytes:
    return "\n".join(
        json.dumps(
            {
                "address": traffic.address(number),
                "provider_message_id": traffic.provider_id(number),
                "recipient": f"customer {number}",
            }
        )
        for number in numbers
    ).encode()


def new_delivery(system: System, name: str) -> tuple[str, str]:
    """Make an account and a delivery; return the delivery's path and the callback URL."""
    account = system.call(
        "POST",
        "/api/v1/accounts/",
        {"name": name, "kind": "twilio", "credentials": {"auth_token": traffic.TOKEN}},
    ).json()
    delivery = system.call(
        "POST",
        "/api/v1/deliveries/",
        {"label": name, "channel": "sms", "account": account["id"], "content": "Hello"},
    ).json()
    return f"/api/v1/deliveries/{delivery['id']}/", account["callback_url"]


def register(system: System, path: str, numbers) -> dict:
    answer = system.call(
        "POST", f"{path}messages/", lines(numbers), **{"Content-Type": "application/x-ndjson"}
    )
    assert answer.status in (200, 201), answer.body
    return answer.json()


def expected(number: int) -> tuple[str, str | None]:
    status, code = traffic.final_status(number)
    if status == "delivered":
        return "delivered", None
    return "failed", code


def check_every_message(system: System, path: str) -> None:
    def applied() -> bool:
        return system.call("GET", path).json()["counters"]["processed"] == MESSAGES

    until(applied)
    until(lambda: not list(system.pages("/api/v1/callbacks/?state=parked")))
    found = {
        row["provider_message_ids"][0]: (row["status"], row["provider_code"] or None)
        for row in system.pages(f"{path}messages/?page_size=1000")
    }
    assert found == {traffic.provider_id(n): expected(n) for n in range(MESSAGES)}
    failed = sum(expected(number)[0] == "failed" for number in range(MESSAGES))
    counters = system.call("GET", path).json()["counters"]
    assert counters["failed"] == failed
    assert counters["delivered"] == counters["success"] == MESSAGES - failed
    assert counters["targeted"] == counters["to_send"] == counters["processed"] == MESSAGES
    assert list(system.pages("/api/v1/callbacks/?state=dead")) == []
    assert "0 figures differ" in system.manage("recount")


def test_shuffled_doubled_and_early_callbacks_end_in_the_state_their_set_implies(system):
    path, url = new_delivery(system, "Shuffled")
    register(system, path, range(LATE, MESSAGES))
    half = threading.Event()
    late = threading.Thread(target=lambda: half.wait() and register(system, path, range(LATE)))
    late.start()

    tally = traffic.post(url, traffic.events(MESSAGES, CALLBACKS, seed=1), on_half=half)
    late.join()

    assert (tally.accepted, tally.statuses) == (CALLBACKS, {204})
    check_every_message(system, path)


def kill(system: System, word: str) -> None:
    for pid in system.processes(word):
        os.kill(pid, signal.SIGKILL)


def test_nothing_acknowledged_is_lost_while_processes_die(system):
    path, url = new_delivery(system, "Faults")
    register(system, path, range(LATE, MESSAGES))
    half = threading.Event()

    def break_things() -> None:
        time.sleep(0.5)
        os.kill(system.processes("granian")[-1], signal.SIGKILL)
        time.sleep(0.5)
        kill(system, "celery")
        time.sleep(0.5)
        kill(system, "valkey-server")
        for folder in Path(system.home).glob("**/valkey*"):
            if folder.is_dir():
                shutil.rmtree(folder, ignore_errors=True)
        half.wait()
        register(system, path, range(LATE))
        os.kill(min(system.processes("postgres")), signal.SIGINT)

    breaking = threading.Thread(target=break_things)
    breaking.start()
    tally = traffic.post(url, traffic.events(MESSAGES, CALLBACKS, seed=2), on_half=half)
    breaking.join()

    assert tally.accepted == CALLBACKS
    # Connections did break, so the faults were felt.
    assert {204, 0} <= tally.statuses <= {204, 503, 0}
    check_every_message(system, path)


def test_no_log_line_holds_an_address(system):
    digits = CANARY.removeprefix("+")
    system.call("GET", f"/api/v1/deliveries/?label={CANARY}")
    system.call("GET", f"/nowhere/{digits}/")

    assert digits not in system.log()
