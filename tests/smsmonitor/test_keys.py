"""The secret key is made once and kept for its owner alone."""

import stat

import pytest
from django.core.exceptions import ImproperlyConfigured

from smsmonitor import keys


def test_key_is_made_once_and_readable_for_its_owner_alone(tmp_path):
    first = keys.kept(tmp_path / "new")

    assert keys.kept(tmp_path / "new") == first
    assert len(first) > 50
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret_key"]


def test_key_of_a_process_that_was_faster_is_taken(tmp_path):
    (tmp_path / "secret_key").write_text("x" * 50)

    keys._write_once(tmp_path / "secret_key")

    assert keys.kept(tmp_path) == "x" * 50


def test_damaged_key_is_refused_with_the_cure(tmp_path):
    (tmp_path / "secret_key").write_text("")

    with pytest.raises(ImproperlyConfigured, match="damaged; restore it, or set SECRET_KEY"):
        keys.kept(tmp_path)


def test_home_that_cannot_be_made_is_refused_with_the_cure(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(ImproperlyConfigured, match="Set SECRET_KEY, or SMSMONITOR_HOME"):
        keys.kept(tmp_path / "file" / "home")
