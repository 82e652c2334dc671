"""`make run` as a person meets it: one start, sudden deaths, one Ctrl-C, nothing left behind."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from django.db import ProgrammingError

from smsmonitor import commandline
from smsmonitor.embedded import folders, locks, places, sessions

ROOT = Path(__file__).resolve().parent.parent.parent
WITHIN = 90.0
OF_THE_TESTS = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SMSMONITOR_TESTS"}


class System:
    """A system of its own, started as `make run` starts it."""

    def __init__(self, home, port):
        self.home, self.port = home, port
        self.environment = own_environment(home, port)
        self.log = (home.parent / f"{home.name}.log").open("a+")
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def output(self):
        self.log.flush()
        return Path(self.log.name).read_text()

    def answer(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def programs(self, *words):
        """Return the processes whose command lines hold all these words, the oldest first."""
        found = [
            process
            for process in psutil.Process(self.process.pid).children(recursive=True)
            if is_like(process, words)
        ]
        return sorted(found, key=lambda process: (process.create_time(), process.pid))

    def manage(self, *arguments):
        return manage(self.environment, *arguments)

    def is_up(self, *, times=1):
        return eventually(
            lambda: (
                self.output().count("SMS Monitor is at") == times or self.process.poll() is not None
            )
        )

    def end(self, number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(60)
        self.log.close()
        return code


def own_environment(home, port):
    kept = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
    return {**kept, "SMSMONITOR_HOME": str(home), "PORT": str(port), "DEMO": "0"}


def is_like(process, words):
    with suppress(psutil.Error):
        line = " ".join(process.cmdline())
        return all(word in line for word in words)
    return False


def eventually(true, *, within=WITHIN):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False


def left_behind(home):
    return [p.pid for p in psutil.process_iter() if is_like(p, (str(home),))]


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def home(open_folder, request):
    return open_folder / request.node.name[:40]


@pytest.fixture
def start(home, free_port):
    started = []

    def one():
        started.append(System(home, free_port))
        return started[-1]

    yield one
    for system in started:
        system.end()


@pytest.mark.slow
def test_everything_killed_comes_back_and_ctrl_c_leaves_nothing(start):
    system = start()
    assert system.is_up(), system.output()
    assert "first login: user admin, password " in system.output()

    for words, which in (
        (("celery", "worker"), 0),
        (("celery", "beat"), 0),
        (("granian",), -1),
        (("granian",), 0),
        (("valkey-server",), 0),
        (("postgres", "-D"), 0),
    ):
        before = system.programs(*words)
        before[which].kill()
        assert psutil.wait_procs([before[which]], timeout=60)[1] == []
        assert eventually(
            lambda words=words, before=before: len(system.programs(*words)) == len(before),
        ), (words, system.output())
        assert eventually(lambda: system.answer("/readyz") == 200), (words, system.output())

    doctor = system.manage("doctor")
    assert (doctor.returncode, "problem" in doctor.stdout) == (0, False), doctor.stdout

    second = system.manage("up")
    assert second.returncode == 2
    assert second.stderr.startswith(f"SMS Monitor runs already on {system.home}: process ")

    assert system.end() == 0
    assert eventually(lambda: left_behind(system.home) == [])


@pytest.mark.slow
def test_second_start_goes_on_with_the_same_data_and_tells_no_password(start):
    first = start()
    assert first.is_up(), first.output()
    assert first.end(signal.SIGTERM) == 0
    ask = "from django.contrib.auth.models import User; print('users:', User.objects.get())"
    told = first.manage("shell", "-c", ask)

    with locks.opened(first.home / sessions.USERS_LOCK) as command:
        command.take(shared=True)
        second = start()
        assert eventually(lambda: "waiting for a command of manage.py" in second.output())
    assert second.is_up(times=2), second.output()

    assert "users: admin" in told.stdout
    assert second.output().count("first login") == 1
    assert second.end() == 0


def manage(environment, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_taken_port_is_told_with_another_one(home):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        done = manage(own_environment(home, port), "up")

    assert done.returncode == 2
    assert done.stderr == (
        f"Port {port} of 127.0.0.1 cannot be used (Address already in use). Stop what listens "
        f"there, or choose another: PORT={port % 65535 + 1} make run\n"
    )


def test_wrong_variable_is_a_sentence_with_its_name(home):
    done = manage(own_environment(home, 1) | {"WEB_WORKERS": "many"}, "up")

    assert done.returncode == 2
    assert done.stderr == (
        "WEB_WORKERS is 'many'; it must be a whole number from 1 to 64, for example "
        "WEB_WORKERS=2.\n"
    )


def test_database_that_is_away_is_a_sentence(home):
    elsewhere = {
        "DATABASE_URL": "postgres://me@127.0.0.1:1/sms",
        "REDIS_URL": "redis://127.0.0.1:1",
    }

    done = manage(own_environment(home, 1) | elsewhere, "migrate")

    assert done.returncode == 2
    assert done.stderr.startswith("The database does not answer (connection to server at")
    assert done.stderr.endswith("Start it, or correct DATABASE_URL.\n")


def test_database_that_was_never_migrated_is_a_sentence(home):
    environment = own_environment(home, 1)

    for command in ("recount", "verify_audit"):
        done = manage(environment, command)

        assert (done.returncode, done.stdout) == (1, "")
        assert re.fullmatch(
            r"The database is not as this version needs it \(migrations not applied: \d+\)\. "
            r"Run `manage\.py migrate`, or start with `make run`\.\n",
            done.stderr,
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", ["SELECT 1 FROM nowhere", "SELECT FROM WHERE"])
def test_fault_of_a_statement_on_a_migrated_database_is_none_of_the_migrations(statement):
    code = f"from django.db import connection; connection.cursor().execute('{statement}')"

    with pytest.raises(ProgrammingError):
        commandline.main(["manage.py", "shell", "-c", code])


def test_command_starts_the_servers_for_itself_and_stops_them_again(home):
    environment = own_environment(home, 1)

    first, second = (manage(environment, "showmigrations", "storage") for _ in range(2))

    assert first.stdout == second.stdout
    assert "storage\n [ ] 0001" in first.stdout
    assert left_behind(home) == []


def test_database_that_never_starts_is_given_up_with_a_sentence(home, free_port):
    ground = places.ground(home)
    folders.make(ground)
    ground.postgres_data.mkdir()
    (ground.postgres_data / "PG_VERSION").write_text("18\n")

    done = manage(own_environment(home, free_port), "up")

    assert done.returncode == 1
    assert "run      | postgres does not start; its lines above say why." in done.stdout
    assert left_behind(home) == []


def test_servers_that_are_away_end_the_start_with_a_sentence(home, free_port):
    elsewhere = {"DATABASE_URL": "postgres://me@127.0.0.1:1/sms"}

    done = manage(own_environment(home, free_port) | elsewhere, "up")

    assert done.returncode == 1
    assert "Start it, or correct DATABASE_URL." in done.stderr
    assert "run      | The system was not started; the line above says why." in done.stdout
