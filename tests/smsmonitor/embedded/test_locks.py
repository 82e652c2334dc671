"""Locks end with their holder: none is ever stale."""

import subprocess
import sys

import pytest

from smsmonitor.embedded import locks

HOLD = (
    "import sys, time; from smsmonitor.embedded import locks; from pathlib import Path;"
    "lock = locks.Lock(Path(sys.argv[1])); lock.take(); lock.write('process 1');"
    "print('held', flush=True); time.sleep(60)"
)


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_held_lock_tells_who_holds_it(tmp_path, holder):
    with (
        locks.opened(tmp_path / "lock") as lock,
        pytest.raises(locks.Held, match="process 1"),
    ):
        lock.take()


def test_lock_of_a_killed_process_is_free_although_its_note_stays(tmp_path, holder):
    assert locks.is_held(tmp_path / "lock")

    holder.kill()
    holder.wait()

    assert not locks.is_held(tmp_path / "lock")
    with locks.opened(tmp_path / "lock") as lock:
        lock.take()
        assert lock.note() == "process 1"


def test_shared_holders_do_not_hinder_each_other(tmp_path):
    path = tmp_path / "lock"
    with locks.opened(path) as one, locks.opened(path) as other:
        one.take(shared=True)
        other.take(shared=True)

        with pytest.raises(locks.Held):
            one.take()
        other.release()
        one.take()

        assert locks.is_held(path)
