"""The secret key, made once where none is given."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_SHORTEST = 32


def kept(home: Path) -> str:
    """Return the key that lies under `home`, after making it the first time.

    Two processes may start at once: the file appears whole, by a link, and the second takes the
    first one's.
    """
    path = home / "secret_key"
    try:
        if not path.exists():
            home.mkdir(parents=True, exist_ok=True)
            _write_once(path)
        key = path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key {path} cannot be read or made ({error.strerror}). "
            "Set SECRET_KEY, or SMSMONITOR_HOME to a folder that you may write."
        ) from error
    if len(key) < _SHORTEST:
        raise ImproperlyConfigured(f"{path} is damaged; restore it, or set SECRET_KEY.")
    return key


def _write_once(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
    finally:
        draft.unlink()
