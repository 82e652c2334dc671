"""A thread that each process has of its own, started when it is first needed."""

import os
import threading
from collections.abc import Callable


class OwnThread:
    """Runs an endless task beside whoever asks for it; a forked process starts it anew."""

    def __init__(self, run: Callable[[], None], *, name: str) -> None:
        self.run = run
        self.name = name
        self.thread: threading.Thread | None = None
        self.starting = threading.Lock()
        os.register_at_fork(after_in_child=self.forget)

    def ensure(self) -> None:
        """Start it unless it runs already."""
        if self.thread is not None:
            return
        with self.starting:
            if self.thread is None:
                self.thread = threading.Thread(target=self.run, name=self.name, daemon=True)
                self.thread.start()

    def forget(self) -> None:
        """Take note that this is another process: it inherits the object, but not the thread."""
        self.thread = None
        self.starting = threading.Lock()
