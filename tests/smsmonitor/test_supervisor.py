"""The supervisor: what ends is started again, what it left behind ends with it."""

import asyncio
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil

from smsmonitor.embedded.programs import Program
from smsmonitor.supervisor import Keeper


def script(code, **others):
    return Program(name="script", command=(sys.executable, "-c", code), **others)


def kept(program, during):
    """Keep a program while `during(keeper)` runs, then stop it; return the lines it wrote."""
    lines = []

    async def main():
        keeper = Keeper(program, say=lambda name, line: lines.append((name, line)))
        task = asyncio.create_task(keeper.keep())
        await during(keeper, task)
        await keeper.stop(patience=2)
        await task

    # In a thread of its own: a browser's loop may run in this one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, main()).result()
    return lines


async def until(true):
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def test_program_that_ends_is_started_again_and_its_end_is_told(tmp_path):
    runs = tmp_path / "runs"
    program = script(f"open({str(runs)!r}, 'a').write('x'); raise SystemExit(3)")

    async def during(_keeper, _task):
        await until(lambda: runs.exists() and len(runs.read_text()) >= 2)

    lines = kept(program, during)

    assert lines[0] == ("run", "script ended (exit code 3); again in 0.5 s")


def test_program_that_may_end_is_not_started_again(tmp_path):
    async def during(_keeper, task):
        assert await task is True

    assert kept(script("print('shown')", once=True), during) == [("script", "shown")]


def test_what_a_killed_program_left_behind_ends_with_it(tmp_path):
    note = tmp_path / "pids"
    code = (
        "import os, subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(note)!r}, 'a').write(f'{{os.getpid()}} {{child.pid}}\\n'); time.sleep(60)"
    )

    async def during(_keeper, _task):
        await until(lambda: note.exists() and note.read_text().count("\n") == 1)
        os.kill(int(note.read_text().split()[0]), signal.SIGKILL)
        await until(lambda: note.read_text().count("\n") == 2)

    lines = kept(script(code), during)

    assert lines[0] == ("run", "script ended (SIGKILL); again in 0.5 s")
    gone = [psutil.Process(pid) for pid in map(int, note.read_text().split()) if is_alive(pid)]
    assert psutil.wait_procs(gone, timeout=60)[1] == []


def test_program_that_ignores_its_signal_is_killed():
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf'); time.sleep(60)"
    heard = []

    async def during(keeper, _task):
        keeper._say = lambda name, line: heard.append(line)
        await until(lambda: "deaf" in heard)

    kept(script(f"import sys; sys.stdout.reconfigure(line_buffering=True); {code}"), during)

    assert heard == ["deaf", "script does not stop and is killed"]


def test_program_that_is_missing_is_told(tmp_path):
    async def during(_keeper, _task):
        await asyncio.sleep(0.2)

    program = Program(name="ghost", command=(str(tmp_path / "nowhere"),))

    assert kept(program, during)[:2] == [
        ("run", "ghost cannot be started: No such file or directory"),
        ("run", "ghost ended (exit code 127); again in 0.5 s"),
    ]


def test_noise_is_not_told_and_unfinished_lines_are():
    code = "print('SHOUTING'); print(); print('quiet', end='')"

    async def during(_keeper, task):
        await task

    assert kept(script(code, once=True, noise=("SHOUT",)), during) == [("script", "quiet")]


def test_ready_waits_until_the_program_says_so(tmp_path):
    mark = tmp_path / "mark"
    program = script(f"import time; open({str(mark)!r}, 'w'); time.sleep(60)", ready=mark.exists)

    async def during(keeper, _task):
        await asyncio.wait_for(keeper.ready(), 15)

    assert kept(program, during) == []
    assert Path(mark).exists()


def is_alive(pid):
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False
