"""Many rows at once: arrays, COPY and inserts bring back exactly what was given."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

import pytest
from django.db import DataError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.statuses import MessageStatus
from storage import rows

pytestmark = pytest.mark.django_db

# Hypothesis runs many examples in one transaction: none of them leaves anything behind.
ONE_TRANSACTION = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Text that PostgreSQL can hold: no NUL, no half of a surrogate pair.
TEXTS = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
TRICKY = st.sampled_from(["", "NULL", "null", "{}", '"', "\\", ",", "\\N", "\t", "\n", "\r", " "])


def back(values, kind):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT unnest(%s::{kind}[])", [rows.array(values)])
        return [row[0] for row in cursor.fetchall()]


@ONE_TRANSACTION
@given(st.lists(TEXTS | TRICKY | st.none()))
def test_texts_come_back_from_an_array(db, values):
    assert back(values, "text") == values


@ONE_TRANSACTION
@given(st.lists(TEXTS | TRICKY, min_size=1))
def test_texts_without_nulls_come_back_from_an_array(db, values):
    assert back(values, "text") == values


@ONE_TRANSACTION
@given(st.lists(st.binary() | st.none()))
def test_bytes_come_back_from_an_array(db, values):
    assert [value if value is None else bytes(value) for value in back(values, "bytea")] == values


@ONE_TRANSACTION
@given(st.lists(st.decimals(-99999, 99999, places=6) | st.none()))
def test_decimals_come_back_from_an_array(db, values):
    assert back(values, "numeric") == values


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], "bigint"),
        ([1, -(2**63), 2**63 - 1], "bigint"),
        ([1, None], "bigint"),
        ([True, False, None], "boolean"),
        ([datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC), None], "timestamptz"),
        ([Decimal("1E-6"), Decimal(0)], "numeric"),
        ([1, Decimal("0.5"), None, MessageStatus.SENT], "numeric"),
    ],
)
def test_values_come_back_from_an_array(values, kind):
    assert back(values, kind) == values


def test_values_of_several_types_are_each_written_as_their_own():
    at = datetime(2026, 2, 28, tzinfo=UTC)

    written = rows.array(['a"', b"\x00", 5, at, None])

    assert written == '{"a\\"","\\\\x00",5,2026-02-28T00:00:00+00:00,NULL}'


def test_an_enumeration_is_written_as_its_number():
    assert rows.array([MessageStatus.FAILED, MessageStatus.DELIVERED]) == "{30,40}"


def test_rows_become_one_array_per_column():
    assert rows.arrays([(1, "a"), (2, "b")]) == ["{1,2}", '{"a","b"}']


class Shape(NamedTuple):
    number: int
    told: str | None
    yes: bool
    digest: bytes
    at: datetime | None
    price: Decimal | None


def test_rows_of_a_shape_come_back_taken_apart():
    at = datetime(2026, 2, 28, tzinfo=UTC)
    told = [
        Shape._make((1, None, True, b"\x00\xff", at, Decimal("0.5"))),
        Shape._make((2, "é", False, b"", None, None)),
    ]

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {rows.unnested(rows.kinds(Shape))}", rows.arrays(told))
        found = [Shape(*row)._replace(digest=bytes(row[3])) for row in cursor.fetchall()]

    assert found == told


@pytest.fixture
def table(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE held (number bigint, text text, yes boolean)")
    return "held"


def content(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number, text, yes FROM {table} ORDER BY number")
        return cursor.fetchall()


ROWS = [
    (1, "plain", True),
    (2, "tab\tnew\nline\rback\\slash \\N", False),
    (3, None, None),
    (4, "", True),
    (5, "càffè ☕", None),
]


def test_copied_rows_come_back(table):
    rows.copy(table, ("number", "text", "yes"), iter(ROWS))

    assert content(table) == ROWS


def test_inserted_rows_come_back(table):
    rows.insert(table, ("number", "text", "yes"), ROWS)

    assert content(table) == ROWS


def test_inserting_nothing_asks_nothing(table, django_assert_num_queries):
    with django_assert_num_queries(0):
        rows.insert(table, ("number",), [])


def test_rows_longer_than_a_piece_are_copied_whole(table):
    long = [(number, "é" * 50_000, True) for number in range(20)]

    rows.copy(table, ("number", "text", "yes"), iter(long))

    assert content(table) == long


def test_no_rows_are_copied_as_none(table):
    rows.copy(table, ("number",), [])

    assert content(table) == []


def test_rows_are_made_only_as_fast_as_they_are_copied(table):
    made = []

    def lines():
        for number in range(100_000):
            made.append(number)
            yield number, "x" * 100, True

    reader = rows._Reader("\t".join(map(str, row)) + "\n" for row in lines())

    assert len(reader.read(1000)) == 1000
    assert len(made) < 12
    assert len(reader.read()) == 1 << 16


class Broken(Exception):
    """Stands for whatever goes wrong where the rows come from."""


def test_what_breaks_the_making_of_rows_is_what_the_caller_sees(table):
    def lines():
        yield 1, "one", True
        raise Broken("the source ended")

    with pytest.raises(Broken, match="the source ended"):
        rows.copy(table, ("number", "text", "yes"), lines())


@pytest.mark.parametrize("write", [rows.copy, rows.insert])
def test_what_the_database_refuses_is_said_in_the_words_of_django(table, write):
    with pytest.raises(DataError):
        write(table, ("number",), [("no number",)])
