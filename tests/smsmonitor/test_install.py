"""The first step on a bare Python: an environment, or a sentence that says what to do."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "smsmonitor" / "install"


def install(folder, requirements, *, script=SCRIPT, before=""):
    """Run the script as `make` does; `before` is Python that runs first."""
    code = (
        f"import runpy, sys; {before}\n"
        f"sys.argv = {['install', str(folder), str(requirements)]!r}\n"
        f"runpy.run_path({str(script)!r}, run_name='__main__')"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """An environment made from a requirements file that asks for nothing."""
    folder = tmp_path_factory.mktemp("install")
    (folder / "nothing.txt").write_text("# nothing\n")
    done = install(folder / "venv", folder / "nothing.txt")
    return folder, done


def test_environment_is_made_with_pip_and_without_ensurepip(installed):
    folder, done = installed

    assert (done.returncode, done.stderr.replace("WARNING", "")) == (0, done.stderr)
    assert done.stdout.splitlines() == [
        f"Making the environment {folder / 'venv'}",
        f"Installing the libraries of {folder / 'nothing.txt'}",
    ]
    pip = subprocess.run([folder / "venv/bin/python", "-m", "pip", "--version"], check=False)
    assert pip.returncode == 0


def test_second_time_nothing_is_done(installed):
    folder, _done = installed

    again = install(folder / "venv", folder / "nothing.txt")

    assert (again.returncode, again.stdout) == (0, "")


def test_changed_requirements_are_installed_into_the_same_environment(installed):
    folder, _done = installed
    (folder / "nothing.txt").write_text("# still nothing\n")

    again = install(folder / "venv", folder / "nothing.txt")

    assert again.stdout == f"Installing the libraries of {folder / 'nothing.txt'}\n"


def test_requirement_without_a_hash_is_refused(installed):
    folder, _done = installed
    (folder / "loose.txt").write_text("django\n")

    done = install(folder / "venv", folder / "loose.txt")

    assert done.returncode == 1
    assert "The libraries could not be installed; the lines above say why." in done.stderr


def test_environment_whose_python_is_gone_is_made_anew(installed):
    folder, _done = installed
    (folder / "venv" / "bin" / "python").unlink()

    again = install(folder / "venv", folder / "nothing.txt")

    assert again.stdout.startswith("Making the environment")
    assert again.returncode == 0


def test_damaged_wheel_is_refused(tmp_path):
    shutil.copytree(SCRIPT, tmp_path / "install")
    wheel = next((tmp_path / "install").glob("pip-*.whl"))
    wheel.write_bytes(b"x")
    (tmp_path / "nothing.txt").touch()

    done = install(tmp_path / "venv", tmp_path / "nothing.txt", script=tmp_path / "install")

    assert done.returncode == 1
    assert done.stderr == f"{wheel} is damaged; restore it with git checkout.\n"


def test_full_disk_is_told_before_anything_is_made(tmp_path):
    (tmp_path / "nothing.txt").touch()
    full = "import shutil; shutil.disk_usage = lambda path: type('usage', (), {'free': 5 << 20})"

    done = install(tmp_path / "venv", tmp_path / "nothing.txt", before=full)

    assert done.returncode == 1
    assert done.stderr.startswith("The disk is full: 5 MB are free beside ")


def test_python_without_venv_is_told_with_its_package(tmp_path):
    (tmp_path / "nothing.txt").touch()
    lacking = "sys.executable = '/bin/false'"

    done = install(tmp_path / "venv", tmp_path / "nothing.txt", before=lacking)

    assert done.returncode == 1
    assert done.stderr == (
        "/bin/false cannot make an environment. On Debian or Ubuntu: apt-get install python3-venv. "
        "Elsewhere name a complete Python: make run PYTHON=python3.12\n"
    )


def test_folder_that_may_not_be_written_is_told(tmp_path):
    (tmp_path / "file").touch()

    done = install(tmp_path / "file" / "venv", tmp_path / "file")

    assert done.returncode == 1
    assert done.stderr.endswith("Make space or give the right to write, and start again.\n")


def test_old_python_is_told_which_is_needed(tmp_path):
    done = install(tmp_path / "venv", tmp_path / "x", before="sys.version_info = (3, 9, 2)")

    assert done.returncode == 1
    assert done.stderr.startswith("SMS Monitor needs Python 3.11 or later; ")
    assert done.stderr.endswith(
        " is 3.9. Install a later one and say which: make run PYTHON=python3.12\n"
    )
