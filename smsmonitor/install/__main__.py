"""Makes the virtual environment: `python3 smsmonitor/install .venv requirements.txt …`.

Runs before anything is installed, by whatever Python there is: the standard library only, and a
syntax that an old Python can read, so that it can be told what it lacks.  pip comes from the wheel
beside this file, because Debian's python3 has neither pip nor ensurepip; it asks the package index
that pip's own configuration names.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
WHEEL = "pip-26.3-py3-none-any.whl"
WHEEL_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
LEAST_FREE = 700 * 1024 * 1024
HERE = os.path.dirname(os.path.abspath(__file__))


class CannotInstall(Exception):
    """Something is missing; the text says what to do."""


def main(folder, requirements):
    """Bring the environment in `folder` to the state that the requirement files name."""
    if sys.version_info < OLDEST:
        raise CannotInstall(
            "SMS Monitor needs Python %d.%d or later; %s is %d.%d. Install a later one and say "
            "which: make run PYTHON=python3.12"
            % (OLDEST + (sys.executable,) + sys.version_info[:2])
        )
    python = os.path.join(folder, "bin", "python")
    wanted = digest(requirements)
    stamp = os.path.join(folder, "." + "-".join(os.path.basename(name) for name in requirements))
    # Two may start at once: the second waits, and finds the work done.
    with open(folder + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(stamp) and read(stamp) == wanted and works(python):
            return
        if not works(python):
            make_environment(folder, python)
        print("Installing the libraries of " + ", ".join(requirements), flush=True)
        install(python, requirements)
        with open(stamp, "w") as file:
            file.write(wanted)


def make_environment(folder, python):
    """Make an empty environment with the pip that lies beside this file."""
    free = shutil.disk_usage(os.path.dirname(os.path.abspath(folder))).free
    if free < LEAST_FREE:
        raise CannotInstall(
            "The disk is full: %d MB are free beside %s, %d MB are needed for the libraries. "
            "Make space and start again." % (free >> 20, folder, LEAST_FREE >> 20)
        )
    print("Making the environment " + folder, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder])
    if made.returncode != 0:
        raise CannotInstall(
            "%s cannot make an environment. On Debian or Ubuntu: apt-get install python3-venv. "
            "Elsewhere name a complete Python: make run PYTHON=python3.12" % sys.executable
        )
    wheel = os.path.join(HERE, WHEEL)
    with open(wheel, "rb") as file:
        found = hashlib.sha256(file.read()).hexdigest()
    if found != WHEEL_SHA256:
        raise CannotInstall("%s is damaged; restore it with git checkout." % wheel)
    pip = [python, os.path.join(wheel, "pip"), "install", "--quiet", "--no-index", "--no-deps"]
    if subprocess.run(pip + [wheel]).returncode != 0:
        raise CannotInstall("pip could not be put into %s; the lines above say why." % folder)


def install(python, requirements):
    """Install what the files pin; pip refuses whatever has another hash."""
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-warn-script-location", "--require-hashes"]
    for name in requirements:
        command += ["-r", name]
    # The servers' programs must be readable for the user that runs them when root starts them.
    os.umask(0o022)
    if subprocess.run(command, env=dict(os.environ, PIP_ROOT_USER_ACTION="ignore")).returncode != 0:
        raise CannotInstall(
            "The libraries could not be installed; the lines above say why. They come from the "
            "package index that pip is configured for: check the network and PIP_INDEX_URL."
        )


def works(python):
    """Tell whether this Python runs with its pip; one whose base was exchanged does not."""
    try:
        return (
            subprocess.run([python, "-c", "import pip"], stderr=subprocess.DEVNULL).returncode == 0
        )
    except OSError:
        return False


def digest(requirements):
    """Return what tells one state of the requirement files from another."""
    found = hashlib.sha256()
    for name in requirements:
        with open(name, "rb") as file:
            found.update(file.read())
    return found.hexdigest()


def read(path):
    """Return the text of a small file."""
    with open(path) as file:
        return file.read()


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2:])
    except CannotInstall as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(
            "%s: %s. Make space or give the right to write, and start again."
            % (error.filename or sys.argv[1], error.strerror)
        )
