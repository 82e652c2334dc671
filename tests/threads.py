"""Running things at the same time, each in a thread with a database connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from django.db import connection

PATIENCE_SECONDS = 90


def apart(act: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
    """Start an act in a thread; its result, or what it raised, is in the future returned."""
    future: Future[Any] = Future()

    def run() -> None:
        try:
            future.set_result(act(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  # whoever asks for the result sees it
            future.set_exception(error)
        finally:
            connection.close()

    threading.Thread(target=run, daemon=True).start()
    return future


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts side by side; return their results once all have ended."""
    return [future.result(PATIENCE_SECONDS) for future in [apart(act) for act in acts]]
