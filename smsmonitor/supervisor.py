"""Keeps programs running: each is started again when it ends, until all are told to stop."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from smsmonitor.embedded.programs import Program, end_with_parent, environment, identity
from smsmonitor.logs import redact

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 10.0
# A program that ran this long was well; its next end is not counted with those before.
_WELL = 20.0
_PATIENCE = 15.0
_HOPELESS = 3
_CHUNK = 65_536


def say(name: str, line: str) -> None:
    """Write one line with the name of who says it; addresses are taken out."""
    # Nobody reads any more, or the disk is full: no reason to end what runs.
    with suppress(OSError):
        sys.stdout.write(f"{name:<8} | {redact(line)}\n")
        sys.stdout.flush()


class Keeper:
    """Keeps one program running.

    A program leads a session of its own: a Ctrl-C of the terminal does not reach it, and what it
    leaves behind when it is killed can be ended with it.
    """

    def __init__(self, program: Program, *, say: Callable[[str, str], None] = say) -> None:
        self.program = program
        self._say = say
        self._stopping = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        # How often it has ended by itself.
        self.ends = 0

    async def keep(self) -> bool:
        """Run the program until it is stopped (False), or has ended for good (True)."""
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self._run()
            self.ends += 1
            if self._stopping.is_set():
                break
            if self.program.once and code == 0:
                return True
            if time.monotonic() - started > _WELL:
                pause = _FIRST_PAUSE
            self._say("run", f"{self.program.name} ended ({_cause(code)}); again in {pause:g} s")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        return False

    async def ready(self) -> bool:
        """Wait until the program serves; return whether it ever will.

        One that ends again and again before it has served a first time needs a person.
        """
        while self.program.ready is not None and not await asyncio.to_thread(self.program.ready):
            if self.ends >= _HOPELESS:
                return False
            await asyncio.sleep(0.05)
        return True

    async def stop(self, *, patience: float = _PATIENCE) -> None:
        """End the program in good order, and by force when that takes too long."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(self.program.stop)
        try:
            await asyncio.wait_for(process.wait(), patience)
        except TimeoutError:
            self._say("run", f"{self.program.name} does not stop and is killed")
            _kill_session(process.pid)
            await process.wait()

    async def _run(self) -> int:
        reading, writing = os.pipe()
        try:
            own = self.program.ground is None
            self._process = process = await asyncio.create_subprocess_exec(
                *self.program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
                preexec_fn=end_with_parent(self.program.stop),
                env=None if own else environment(),
                **identity(self.program.ground),
            )
        except OSError as error:
            os.close(reading)
            self._say("run", f"{self.program.name} cannot be started: {error.strerror}")
            return 127
        finally:
            os.close(writing)
        if self._stopping.is_set():
            _kill_session(process.pid)
        output = _Output(reading, self._tell)
        try:
            return await process.wait()
        finally:
            # Whatever the leader left behind would hold its port, or work against its successor.
            _kill_session(process.pid)
            output.close()

    def _tell(self, line: str) -> None:
        if not any(words in line for words in self.program.noise):
            self._say(self.program.name, line)


class _Output:
    """The lines that a program writes."""

    def __init__(self, descriptor: int, tell: Callable[[str], None]) -> None:
        self._descriptor = descriptor
        self._tell = tell
        self._rest = b""
        os.set_blocking(descriptor, False)
        asyncio.get_running_loop().add_reader(descriptor, self._read)

    def close(self) -> None:
        """Tell what is left and forget the pipe."""
        asyncio.get_running_loop().remove_reader(self._descriptor)
        while self._read():
            pass
        if self._rest:
            self._tell(self._rest.decode(errors="replace"))
        os.close(self._descriptor)

    def _read(self) -> bool:
        try:
            chunk = os.read(self._descriptor, _CHUNK)
        except BlockingIOError:
            return False
        if not chunk:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            return False
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                self._tell(line.rstrip().decode(errors="replace"))
        return True


def _kill_session(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _cause(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
