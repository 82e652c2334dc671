"""Work that an interrupt ends at once, wherever it is."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def interruptible(act: Callable[[], T]) -> T:
    """Return or raise what `act` does, in a thread that an interrupt leaves behind.

    Python raises KeyboardInterrupt between any two steps of the main thread: one that has just
    taken a lock would keep it, and one inside a callback of a library is lost.  Here the main
    thread only waits, and what is left behind dies with the process.
    """
    outcome: Future[T] = Future()
    Thread(target=_run, args=(act, outcome), daemon=True).start()
    return outcome.result()


def _run(act: Callable[[], T], outcome: Future[T]) -> None:
    try:
        outcome.set_result(act())
    except BaseException as error:  # noqa: BLE001  # whoever waits for it raises it
        outcome.set_exception(error)
    finally:
        connection.close()
