"""What `make run` does: everything in one terminal, in the right order, until Ctrl-C."""

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from smsmonitor import first_admin, roster
from smsmonitor.embedded import folders, locks, places, postgres, sessions
from smsmonitor.embedded.places import Unusable
from smsmonitor.embedded.programs import Program
from smsmonitor.supervisor import Keeper, say

_COMMANDS_END = 600.0
_LITTLE_SPACE = 50 * 1024 * 1024
_WATCH_DISK = 10.0


def run() -> int:
    """Run the system until it is told to stop; return the exit code."""
    home: Path = settings.SMSMONITOR_HOME
    ground = places.ground(home)
    folders.make(ground)
    with _alone(home):
        _require_free_port()
        if settings.EMBEDDED_SERVERS and ground.notice:
            say("run", ground.notice)
        if "postgres" in settings.EMBEDDED_SERVERS:
            postgres.prepare(ground)
            postgres.clear_stale_locks(ground)
        servers = [sessions.program(ground, name) for name in settings.EMBEDDED_SERVERS]
        return asyncio.run(_System(ground, servers).run())


class _System:
    """Everything that runs, and the order in which it starts and stops."""

    def __init__(self, ground: places.Ground, servers: list[Program]) -> None:
        self._ground = ground
        self._servers = [Keeper(server) for server in servers]
        self._others: list[Keeper] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stop = asyncio.Event()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop.set)
        starting = asyncio.create_task(self._start())
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not stopping.done():
                starting.result()
                await stopping
        except Unusable as error:
            say("run", str(error))
            return 1
        finally:
            starting.cancel()
            await self._end()
        return 0

    async def _start(self) -> None:
        for server in self._servers:
            self._keep(server)
            await _served(server)
        if "postgres" in settings.EMBEDDED_SERVERS:
            await asyncio.to_thread(postgres.ensure_database, self._ground)
        await self._prepare()
        web = Keeper(roster.web())
        self._others = [
            web,
            Keeper(roster.worker()),
            Keeper(roster.sender()),
            Keeper(roster.beat()),
        ]
        for program in self._others:
            self._keep(program)
        await _served(web)
        if first_admin.demonstration_due(self._ground.home):
            demo = Keeper(roster.demo())
            self._others.append(demo)
            self._tasks.add(asyncio.create_task(self._demonstrate(demo)))
        self._tasks.add(asyncio.create_task(_watch_disk(self._ground.data)))
        _tell_address(self._ground.home)

    async def _prepare(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *roster.command("prepare"), start_new_session=True
        )
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        if code != 0:
            raise Unusable("The system was not started; the line above says why.")

    async def _demonstrate(self, demo: Keeper) -> bool:
        shown = await demo.keep()
        if shown:
            first_admin.demonstration_shown(self._ground.home)
        return shown

    def _keep(self, keeper: Keeper) -> None:
        self._tasks.add(asyncio.create_task(keeper.keep()))

    async def _end(self) -> None:
        say("run", "stopping")
        await asyncio.gather(*(keeper.stop() for keeper in self._others))
        await asyncio.gather(*(keeper.stop() for keeper in self._servers))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        say("run", "stopped")


async def _served(keeper: Keeper) -> None:
    if not await keeper.ready():
        raise Unusable(f"{keeper.program.name} does not start; its lines above say why.")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Make sure that one system runs on these data, and no command holds their servers."""
    ground = places.ground(home)
    with (
        locks.opened(home / sessions.RUN_LOCK) as own,
        locks.opened(home / sessions.USERS_LOCK) as users,
    ):
        try:
            own.take(patience=1)
        except locks.Held as held:
            raise Unusable(
                f"SMS Monitor runs already on {home}: {held}. Stop it there with Ctrl-C, or give "
                "this one its own SMSMONITOR_HOME and PORT."
            ) from None
        own.write(f"process {os.getpid()}, {settings.PUBLIC_URL}")
        try:
            users.take()
        except locks.Held:
            say("run", "waiting for a command of manage.py that uses the database to end")
            users.take(patience=_COMMANDS_END)
        sessions.stop(ground)
        users.release()
        yield


def _require_free_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as error:
            raise Unusable(
                f"Port {settings.PORT} of {settings.HOST} cannot be used ({error.strerror}). Stop "
                f"what listens there, or choose another: PORT={settings.PORT % 65535 + 1} make run"
            ) from error


async def _watch_disk(folder: Path) -> None:
    """Say it when the disk is nearly full: PostgreSQL stops, and starts again with space."""
    while True:
        await asyncio.sleep(_WATCH_DISK)
        free = shutil.disk_usage(folder).free
        if free < _LITTLE_SPACE:
            say("run", f"the disk of {folder} is full ({free // 1024**2} MB free): make space")


def _tell_address(home: Path) -> None:
    say("run", f"SMS Monitor is at {settings.PUBLIC_URL}/ - Ctrl-C stops it")
    password = first_admin.password_once(home)
    if password:
        # Not through `say`, which would take a password of digits for a number.
        print(f"run      | first login: user admin, password {password}", flush=True)  # noqa: T201
