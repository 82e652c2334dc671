"""Keyset pagination: a page begins where the last one ended, however many rows lie before it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Value

from storage import cursors
from storage.cursors import BadCursor, Position

__all__ = ["BadCursor", "Condition", "Page", "count", "page", "sift"]

Row = TypeVar("Row")
AnyModel = TypeVar("AnyModel", bound=Model)
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursors of the pages beside them (None at the ends)."""

    rows: list[Row]
    next: str | None
    previous: str | None

    def having(self, rows: "list[Other]") -> "Page[Other]":
        """Return the same page with each row as something else."""
        return Page(rows, self.next, self.previous)


class Condition(NamedTuple):
    """SQL about the columns of `seen`, and its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()

    def also(self, other: "Condition") -> "Condition":
        """Return the condition that both hold."""
        return Condition(f"{self.sql} AND {other.sql}", self.parameters + other.parameters)


def page(
    queryset: "QuerySet[AnyModel]",
    *,
    order: Sequence[str],
    cursor: str | None,
    size: int,
    split: "Callable[[QuerySet[AnyModel]], Sequence[QuerySet[AnyModel]]] | None" = None,
) -> Page[AnyModel]:
    """Return the page at the cursor (None: the first), at most `size` rows, with one query.

    order: names of columns or annotations, "-" before those that descend; together they must be
    unique.  Nulls come last in either direction.  split: cuts the rows into disjoint parts, each
    of which an index serves in this order, while none serves all.  Raises BadCursor.
    """
    walk = _Walk.of(queryset, order, cursor)
    rows = walk.rows(queryset)
    if split is not None:
        first, *others = (part[: size + 1] for part in split(rows))
        rows = first.union(*others, all=True).order_by(*walk.ordering()) if others else first
    return walk.page(list(rows[: size + 1]), size=size)


def sift(
    queryset: "QuerySet[AnyModel]",
    *,
    where: Condition,
    order: Sequence[str],
    cursor: str | None,
    size: int,
    window: int,
) -> Page[AnyModel]:
    """Return those of the next `window` rows that meet a condition which no index serves.

    Takes two queries at most, each bounded by the window: the page may be short, or empty, and
    still have a next one, which goes on where the window ended.  order: as for `page`, but no
    column may be null.  Raises BadCursor.
    """
    walk = _Walk.of(queryset, order, cursor)
    rows = walk.rows(queryset)
    sql, parameters = rows[:window].query.sql_with_params()
    found = list(
        queryset.raw(
            f"SELECT * FROM ({sql}) AS seen WHERE {where.sql} ORDER BY {walk.sql_ordering()} "
            f"LIMIT %s",
            [*parameters, *where.parameters, size + 1],
        )
    )
    end = None if len(found) > size else rows[window - 1 : window].first()
    return walk.page(found, size=size, end=end)


def count(queryset: "QuerySet[Any]", *, where: Condition, window: int, most: int) -> int:
    """Count which of any `window` rows meet a condition, up to `most`."""
    sql, parameters = queryset.order_by()[:window].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM ({sql}) AS seen WHERE {where.sql} LIMIT %s) AS met",
            [*parameters, *where.parameters, most],
        )
        number: int = cursor.fetchone()[0]
    return number


@dataclass(frozen=True, slots=True)
class _Walk:
    """A list in one order, from one position on."""

    order: Sequence[str]
    keys: "list[_Key]"
    position: Position

    @classmethod
    def of(cls, queryset: "QuerySet[Any]", order: Sequence[str], cursor: str | None) -> "_Walk":
        position = cursors.read(cursor, order) if cursor else Position()
        return cls(order, [_Key.of(queryset, name) for name in order], position)

    def ordering(self) -> list[Any]:
        return [key.ordering(backwards=self.position.backwards) for key in self.keys]

    def sql_ordering(self) -> str:
        terms = []
        for key in self.keys:
            descending = key.descending != self.position.backwards
            terms.append(f"{key.name} {'DESC' if descending else 'ASC'}")
        return ", ".join(terms)

    def rows(self, queryset: "QuerySet[AnyModel]") -> "QuerySet[AnyModel]":
        if self.position.values:
            queryset = queryset.filter(_beyond(self.keys, self.position))
        return queryset.order_by(*self.ordering())

    def page(
        self, found: list[AnyModel], *, size: int, end: AnyModel | None = None
    ) -> Page[AnyModel]:
        """Return the page of what was found; `end` is the last row looked at, if not of all."""
        more = len(found) > size
        found = found[:size]
        first = found[0] if found else end
        last = found[-1] if more else end or (found[-1] if found else None)
        if self.position.backwards:
            found.reverse()
            return Page(
                rows=found,
                next=self._cursor(first, backwards=False),
                previous=self._cursor(last, backwards=True) if more or end else None,
            )
        # Whoever came from a page can go back; where all rows are gone, to the end of the others.
        came = bool(self.position.values)
        return Page(
            rows=found,
            next=self._cursor(last, backwards=False) if more or end else None,
            previous=self._cursor(first, backwards=True) if came else None,
        )

    def _cursor(self, row: Model | None, *, backwards: bool) -> str:
        values = tuple(getattr(row, key.name) for key in self.keys) if row is not None else ()
        return cursors.write(Position(backwards, values), self.order)


class _Key(NamedTuple):
    """One column of the order."""

    name: str
    descending: bool
    nullable: bool

    @classmethod
    def of(cls, queryset: "QuerySet[Any]", term: str) -> "_Key":
        name = term.removeprefix("-")
        try:
            nullable = bool(getattr(queryset.model._meta.get_field(name), "null", False))
        except FieldDoesNotExist:
            nullable = False  # An annotation: made with Coalesce.
        return cls(name, term.startswith("-"), nullable)

    def ordering(self, *, backwards: bool) -> Any:
        """Return the ORDER BY term; nulls are the last rows, so the first ones backwards."""
        nulls: dict[str, Any] = {}
        if self.nullable:
            nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
        term = F(self.name)
        return term.desc(**nulls) if self.descending != backwards else term.asc(**nulls)

    def equal(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def past(self, value: Any, *, backwards: bool) -> Q:
        if value is None:
            missing = Q(pk__in=[])
            return Q(**{f"{self.name}__isnull": False}) if backwards else missing
        comparison = "lt" if self.descending != backwards else "gt"
        past = Q(**{f"{self.name}__{comparison}": value})
        if self.nullable and not backwards:
            past |= Q(**{f"{self.name}__isnull": True})
        return past


def _beyond(keys: list[_Key], position: Position) -> Any:
    """Return the condition of the rows beyond a position."""
    directions = {key.descending != position.backwards for key in keys}
    if len(directions) == 1 and not any(key.nullable for key in keys):
        # One row comparison, which an index of these columns answers however many rows share
        # the first value.
        return Func(
            Func(*(F(key.name) for key in keys), function="ROW"),
            Func(*map(Value, position.values), function="ROW"),
            template="%(expressions)s",
            arg_joiner=" < " if directions.pop() else " > ",
            output_field=BooleanField(),
        )
    alternatives = []
    same = Q()
    for key, value in zip(keys, position.values, strict=True):
        alternatives.append(same & key.past(value, backwards=position.backwards))
        same &= key.equal(value)
    return reduce(or_, alternatives)
