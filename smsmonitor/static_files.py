"""Static files are gathered anew only when one of them has changed."""

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

_STAMP = ".sources"


def collect() -> bool:
    """Gather the static files under hashed names; return whether that was needed."""
    stamp = Path(settings.STATIC_ROOT) / _STAMP
    sources = _digest()
    if stamp.is_file() and stamp.read_text() == sources:
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(sources)
    return True


def _digest() -> str:
    found = hashlib.sha256(os.fsencode(settings.BASE_DIR))
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            found.update(f"{path}\0{status.st_mtime_ns}\0{status.st_size}\n".encode())
    return found.hexdigest()
