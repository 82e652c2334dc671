"""A piece of database work done in a thread, while whoever needs it gets the next one ready.

Python and PostgreSQL then work at the same time, in one transaction: the thread uses the
connection of its owner, who leaves it alone until the piece is done.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from django.db import DEFAULT_DB_ALIAS, connections


class Aside:
    """Does one piece of work at a time."""

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self.connection = connections[DEFAULT_DB_ALIAS]
        self.pool = ThreadPoolExecutor(max_workers=1, initializer=self._share)
        self.doing: Future[None] | None = None

    def __enter__(self) -> Self:
        """Let the thread use the connection."""
        self.connection.inc_thread_sharing()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wait for what is being done; raise what went wrong with it, where nothing else did."""
        try:
            self.pool.shutdown()
            if fault is None:
                self.wait()
        finally:
            self.connection.dec_thread_sharing()

    def do(self, piece: Callable[[], None]) -> None:
        """Have a piece of work done after the one before; raise what went wrong with that."""
        self.wait()
        self.doing = self.pool.submit(piece)

    def wait(self) -> None:
        """Wait until the connection is the owner's again; raise what went wrong meanwhile."""
        doing, self.doing = self.doing, None
        if doing is not None:
            doing.result()

    def _share(self) -> None:
        connections[DEFAULT_DB_ALIAS] = self.connection
