"""Who runs under `make run`, and how each is started."""

import pytest
from django.test import override_settings

from smsmonitor import roster


def option(program, name):
    return program.command[program.command.index(name) + 1]


@override_settings(WEB_WORKERS=3, WEB_THREADS=40, PORT=9001, HOST="127.0.0.2")
def test_web_has_the_processes_and_threads_that_are_set():
    web = roster.web()

    assert (option(web, "--workers"), option(web, "--blocking-threads")) == ("3", "40")
    assert (option(web, "--host"), option(web, "--port")) == ("127.0.0.2", "9001")
    assert "--respawn-failed-workers" in web.command
    assert "--no-access-log" in web.command


@override_settings(WORKER_CONCURRENCY=5)
def test_the_two_workers_serve_every_queue():
    worker = roster.worker()

    assert option(worker, "-Q") == "receipts,clicks,sending,default"
    assert option(roster.sender(), "-Q") == "dispatch"
    assert option(worker, "--concurrency") == "5"


def test_demonstration_may_end():
    assert roster.demo().once
    assert roster.demo().command[-1] == "demo"
    assert not roster.beat().once


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_web_is_ready_only_when_it_answers(host):
    with override_settings(HOST=host, PORT=1):
        assert not roster.web().ready()
