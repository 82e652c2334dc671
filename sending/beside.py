"""A connection beside the transaction that works: what others see of a long act while it goes on.

The act itself becomes visible as a whole at its end; how far it has come, and whether somebody
wants it stopped, goes through here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


class Beside:
    """Executes statements that are committed at once."""

    def __init__(self, other: Any) -> None:
        self.other = other

    def ask(self, statement: str, values: list[Any]) -> Any:
        """Execute a statement; return its first row, None where there is none."""
        with self.other.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()


@contextmanager
def connected() -> Iterator[Beside]:
    """Open the connection, and close it at the end."""
    other = connection.copy()
    try:
        other.set_autocommit(True)
        yield Beside(other)
    finally:
        other.close()
