"""Static files are gathered once, and again when one changes."""

import os
from pathlib import Path

from smsmonitor import static_files


def test_static_files_are_gathered_only_when_one_has_changed(settings, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "page.css").write_text("a{}")
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = tmp_path / "gathered"

    first, second = static_files.collect(), static_files.collect()
    os.utime(source / "page.css", ns=(1, 1))
    third = static_files.collect()

    assert (first, second, third) == (True, False, True)
    assert (Path(settings.STATIC_ROOT) / "page.css").read_text() == "a{}"
