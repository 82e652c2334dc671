"""Files that are read once, from their beginning, while they come."""

import io
from typing import Any, Protocol


class Stream(Protocol):
    """A binary file that is read once, from its beginning."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


class Raw(io.RawIOBase):
    """A stream as Python's own readers want it."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; return how many bytes were had."""
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
