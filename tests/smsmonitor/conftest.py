"""Folders in which the embedded servers can work, whoever runs the tests."""

import shutil
import tempfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def open_folder():
    """Servers that root starts run as another user, who cannot enter pytest's own folders."""
    folder = Path(tempfile.mkdtemp(prefix="smsmonitor-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
