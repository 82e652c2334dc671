"""Lists as CSV files: streamed some lines at a time, and harmless in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.http import StreamingHttpResponse

from messaging.addresses import E164
from quarantine.sheet import DANGEROUS, guarded

CHUNK = 500


def answer(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """Answer with a file; rows are made while they are sent, so that memory stays constant."""
    response = StreamingHttpResponse(_pieces(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _pieces(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    # Spreadsheets read UTF-8 where a file begins with this.
    yield "\ufeff" + _written([header])
    every = iter(rows)
    while chunk := list(islice(every, CHUNK)):
        yield _written(zip(*map(_shown, zip(*chunk, strict=True)), strict=True))


def _written(rows: Iterable[Sequence[Any]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def _shown(column: Sequence[Any]) -> Sequence[Any]:
    """Return cells as a spreadsheet shows them: text stays text, and a number keeps its plus.

    Most columns hold nothing dangerous, which one look at all of it tells.
    """
    if DANGEROUS.isdisjoint({str(value)[:1] for value in column}):
        return column
    return [_cell(value) for value in column]


def _cell(value: Any) -> Any:
    return guarded(value) if isinstance(value, str) and not E164.match(value) else value
