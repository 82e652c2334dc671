"""The calls that are psycopg2's own: many rows in one statement, and COPY."""

import io
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from django.db import connection
from psycopg2.extras import execute_values

# PostgreSQL's text format of COPY: these four would end a value or a row.
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

# How much COPY is given at a time: each piece has to wait for Python's lock.
COPY_CHARACTERS = 1 << 18


def insert(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert all rows with one statement; none where there are none."""
    put(f"INSERT INTO {table} ({', '.join(columns)}) VALUES %s", rows)


def put(statement: str, rows: Sequence[Sequence[Any]], *, template: str | None = None) -> None:
    """Execute a statement with all rows in the place of its `VALUES %s`; none for no rows.

    template: one row, where its values have to be cast.
    """
    if not rows:
        return
    # Beside Django's own cursor nobody turns psycopg2's errors into Django's.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        execute_values(cursor.cursor, statement, rows, template=template, page_size=len(rows))


def claim(table: str, column: str, *, most: int) -> list[int]:
    """Delete the oldest rows of a queue; return their column's values, each once, in order.

    Whoever claims at the same time gets other rows.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE id = ANY(ARRAY(SELECT id FROM {table} ORDER BY id LIMIT %s "
            f"FOR UPDATE SKIP LOCKED)) RETURNING {column}",
            [most],
        )
        return sorted({row[0] for row in cursor.fetchall()})


def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Stream rows into a table with COPY; values are text, numbers, booleans or None.

    What goes wrong while the rows are made is raised as it is.
    """
    reader = _Reader(map(_as_line, rows))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        try:
            cursor.copy_expert(
                f"COPY {table} ({', '.join(columns)}) FROM STDIN", reader, COPY_CHARACTERS
            )
        except Exception:
            # psycopg2 cancels the COPY and tells of that only.
            if reader.fault:
                raise reader.fault from None
            raise


def _as_line(row: Sequence[Any]) -> str:
    """Return a row as COPY reads it."""
    line = "\t".join([value if type(value) is str else str(value) for value in row])
    # Most rows hold nothing that has to be escaped, which a look at the whole row tells.
    plain = not ("\\" in line or "\n" in line or "\r" in line or None in row)
    if plain and line.count("\t") == len(row) - 1:
        return f"{line}\n"
    return "\t".join(map(_as_text, row)) + "\n"


def _as_text(value: Any) -> str:
    if value is None:
        return "\\N"
    return str(value).translate(_ESCAPES)


class _Reader(io.TextIOBase):
    """A file that psycopg2 reads piece by piece while the rows are being made."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = iter(lines)
        self.rest = ""
        self.fault: Exception | None = None

    def read(self, size: int | None = -1) -> str:
        """Return up to `size` characters, or nothing at the end."""
        try:
            return self._read(size)
        except Exception as fault:
            self.fault = fault
            raise

    def _read(self, size: int | None) -> str:
        pieces, length = [self.rest], len(self.rest)
        limit = size if size and size > 0 else 1 << 16
        while length < limit:
            line = next(self.lines, "")
            if not line:
                break
            pieces.append(line)
            length += len(line)
        text = "".join(pieces)
        self.rest = text[limit:]
        return text[:limit]


def kinds(shape: type) -> list[str]:
    """Return the types of a NamedTuple's columns; a whole number may be assigned to less."""
    hints = get_type_hints(shape).values()
    return [_KINDS[next(filter(_KINDS.get, (hint, *get_args(hint))))] for hint in hints]


def unnested(kinds: Iterable[str]) -> str:
    """Return the SQL of rows whose `arrays` are its parameters."""
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})"


def arrays(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Turn rows into one array text per column, for unnest()."""
    return [array(column) for column in zip(*rows, strict=True)]


def array(values: Collection[Any]) -> str:
    """Write values as the text of a PostgreSQL array, to be cast: '{1,NULL,"a"}'."""
    kinds = set(map(type, values))
    if kinds == {str}:
        # Most columns hold nothing that has to be escaped, which one look at all of it tells.
        joined = '","'.join(values)
        if "\\" not in joined and joined.count('"') == 2 * (len(values) - 1):
            return f'{{"{joined}"}}'
    missing = type(None) in kinds
    kinds.discard(type(None))
    # Columns hold values of one type, mostly, which is then not asked of each.
    write = _WRITERS.get(kinds.pop(), _element) if len(kinds) == 1 else _element
    if missing:
        return f"{{{','.join(['NULL' if value is None else write(value) for value in values])}}}"
    return f"{{{','.join(map(write, values))}}}"


def _element(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        value = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{value}"'
    if isinstance(value, bytes):
        return _bytes(value)
    # Enumerations of whole numbers write their name in an f-string, not their number.
    return str(int(value)) if isinstance(value, int) else str(value)


def _bytes(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'


_KINDS: dict[Any, str] = {
    bool: "boolean",
    int: "bigint",
    str: "text",
    bytes: "bytea",
    datetime: "timestamptz",
    Decimal: "numeric",
}
_WRITERS: dict[type, Callable[[Any], str]] = {
    int: str,
    bytes: _bytes,
    datetime: datetime.isoformat,
}
