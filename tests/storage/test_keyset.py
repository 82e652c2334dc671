"""Pages of a list that changes while it is read."""

import pytest

from deliveries.models import Delivery, Message
from storage import keyset
from tests import records

pytestmark = pytest.mark.django_db


def walk(queryset, *, order, size):
    """Read a list to its end; return the labels page by page."""
    pages, cursor = [], None
    while True:
        page = keyset.page(queryset, order=order, cursor=cursor, size=size)
        pages.append([row.label for row in page.rows])
        if page.next is None:
            return pages
        cursor = page.next


def walk_back(queryset, *, order, size, cursor):
    pages = []
    while cursor:
        page = keyset.page(queryset, order=order, cursor=cursor, size=size)
        pages.append([row.label for row in page.rows])
        cursor = page.previous
    return pages


@pytest.fixture
def five():
    account = records.account()
    for label, date in (("a", None), ("b", 1), ("c", 2), ("d", None), ("e", 2)):
        records.delivery(
            account=account,
            label=label,
            contact_date=date and records.NOON.replace(hour=date),
        )
    return Delivery.objects.all()


def test_pages_follow_each_other_without_gap_or_overlap(five):
    assert walk(five, order=("label", "id"), size=2) == [["a", "b"], ["c", "d"], ["e"]]


def test_a_last_page_that_is_full_has_no_next(five):
    assert walk(five, order=("-label", "-id"), size=5) == [["e", "d", "c", "b", "a"]]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (("contact_date", "id"), ["b", "c", "e", "a", "d"]),
        (("-contact_date", "-id"), ["e", "c", "b", "d", "a"]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_rows_without_the_sorted_value_come_last_in_both_directions(five, order, expected, size):
    pages = walk(five, order=order, size=size)

    assert [label for page in pages for label in page] == expected


@pytest.mark.parametrize("order", [("contact_date", "id"), ("-contact_date", "-id"), ("id",)])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_way_back_shows_the_same_rows(five, order, size):
    forward = walk(five, order=order, size=1)
    cursor, last = None, None
    while last is None or last.next:
        last = keyset.page(five, order=order, cursor=cursor, size=1)
        cursor = last.next

    back = walk_back(five, order=order, size=size, cursor=last.previous)

    labels = [label for page in reversed(back) for label in page]
    assert labels == [label for page in forward[:-1] for label in page]


def test_the_page_before_the_second_is_the_first_and_has_nothing_before_it(five):
    first = keyset.page(five, order=("id",), cursor=None, size=2)
    second = keyset.page(five, order=("id",), cursor=first.next, size=2)

    back = keyset.page(five, order=("id",), cursor=second.previous, size=2)

    assert (back.rows, back.previous, bool(back.next)) == (first.rows, None, True)


def test_a_page_whose_rows_are_gone_leads_back_to_those_that_are_left(five):
    first = keyset.page(five, order=("id",), cursor=None, size=3)
    Delivery.objects.filter(label__in=("d", "e")).delete()

    empty = keyset.page(five, order=("id",), cursor=first.next, size=3)
    back = keyset.page(five, order=("id",), cursor=empty.previous, size=3)

    assert (empty.rows, empty.next, back.rows) == ([], None, first.rows)


@pytest.mark.parametrize("cursor", ["x", "é", "\0", "gAAAAA", "=" * 1000])
def test_a_damaged_cursor_is_refused(five, cursor):
    with pytest.raises(keyset.BadCursor):
        keyset.page(five, order=("id",), cursor=cursor, size=2)


def test_a_cursor_of_another_order_is_refused(five):
    cursor = keyset.page(five, order=("label", "id"), cursor=None, size=2).next

    with pytest.raises(keyset.BadCursor):
        keyset.page(five, order=("-label", "-id"), cursor=cursor, size=2)


def test_a_cursor_does_not_show_the_values_it_holds(five):
    delivery = five[0]
    for address in ("+393330000001", "+393330000002"):
        records.message(delivery, address=address)

    cursor = keyset.page(Message.objects.all(), order=("address", "id"), cursor=None, size=1).next

    assert "3333000" not in cursor
    page = keyset.page(Message.objects.all(), order=("address", "id"), cursor=cursor, size=1)
    assert [row.address for row in page.rows] == ["+393330000002"]


def test_equal_values_are_passed_by_an_index_condition(five, django_assert_num_queries):
    for _ in range(3):
        records.message(five[0])
    rows, order = Message.objects.filter(delivery=five[0]), ("-changed_at", "-id")
    first = keyset.page(rows, order=order, cursor=None, size=1)

    with django_assert_num_queries(1) as asked:
        keyset.page(rows, order=order, cursor=first.next, size=1)

    assert ") < ROW(" in asked[0]["sql"]


@pytest.mark.parametrize("size", [1, 2, 3, 9])
@pytest.mark.parametrize("order", [("label", "id"), ("-label", "-id")])
def test_parts_are_merged_into_one_order(five, order, size):
    labels, cursor = [], None
    while True:
        page = keyset.page(
            five,
            order=order,
            cursor=cursor,
            size=size,
            split=lambda rows: [rows.filter(label__in="bd"), rows.filter(label__in="aec")],
        )
        labels += [row.label for row in page.rows]
        if page.next is None:
            break
        cursor = page.next

    assert labels == (["a", "b", "c", "d", "e"] if order[0] == "label" else list("edcba"))


def sift(queryset, *, cursor, window, size=9, wanted="de"):
    where = keyset.Condition("label = ANY(%s)", (list(wanted),))
    return keyset.sift(
        queryset, where=where, order=("label", "id"), cursor=cursor, size=size, window=window
    )


@pytest.mark.parametrize("window", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("size", [1, 9])
@pytest.mark.parametrize("wanted", ["de", "a", "", "abcde", "ace"])
def test_sifting_finds_everything_there_and_back(five, window, size, wanted):
    there, cursor, last = [], None, None
    for _ in range(10):
        last = sift(five, cursor=cursor, window=window, size=size, wanted=wanted)
        there.append([row.label for row in last.rows])
        cursor = last.next
        if cursor is None:
            break
    back, cursor = [], last.previous
    while cursor:
        page = sift(five, cursor=cursor, window=window, size=size, wanted=wanted)
        back.append([row.label for row in page.rows])
        cursor = page.previous

    assert "".join(label for page in there for label in page) == wanted
    assert "".join(label for page in [*reversed(back), there[-1]] for label in page) == wanted


def test_sifting_looks_no_further_than_its_window(five, django_assert_num_queries):
    with django_assert_num_queries(2):
        page = sift(five, cursor=None, window=2)

    assert (page.rows, page.previous) == ([], None)
    assert [row.label for row in sift(five, cursor=page.next, window=2).rows] == ["d"]
