"""What is committed: pinned with hashes, no address of a registry, executable where it is run."""

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ["requirements.txt", "requirements-dev.txt"]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_with_hashes(name):
    text = (ROOT / name).read_text().replace("\\\n", " ")

    wrong = [
        line
        for line in text.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
        if not re.match(r"^[\w.\-]+(\[[\w,]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ]

    assert wrong == []


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements_name_no_registry(name):
    assert "://" not in (ROOT / name).read_text()


@pytest.mark.parametrize("name", [".ci/run", "manage.py"])
def test_programs_can_be_run(name):
    assert os.access(ROOT / name, os.X_OK)


def test_the_first_step_can_be_read_by_old_pythons():
    """Its syntax must not keep an old Python from telling that it is too old."""
    text = (ROOT / "smsmonitor" / "install" / "__main__.py").read_text()

    assert [word for word in (":=", "match ", " | None", 'f"') if word in text] == []
