"""The logs of a delivery: filters, searches that are no oracle, counts, queries of a page."""

from datetime import timedelta

import pytest

from deliveries import logs, search
from deliveries.filters import BadFilter
from deliveries.logs import LogFilter
from deliveries.models import ProviderReference
from messaging.failures import FailureType, Reason
from messaging.statuses import MessageStatus
from tests import records
from tests.records import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery():
    return records.delivery()


@pytest.fixture
def anna(delivery):
    return records.message(
        delivery,
        address="+393331110001",
        recipient="CRM-1",
        provider_ids=("a-1", "a-2"),
        status=MessageStatus.DELIVERED,
        changed_at=NOON + timedelta(minutes=3),
    )


@pytest.fixture
def bruno(delivery):
    return records.message(
        delivery,
        address="+393331110002",
        recipient="CRM-12",
        provider_ids=("b-1",),
        status=MessageStatus.FAILED,
        failure_type=FailureType.SOFT,
        reason=Reason.UNREACHABLE,
        changed_at=NOON + timedelta(minutes=2),
    )


@pytest.fixture
def carla(delivery):
    return records.message(
        delivery,
        address="+34600000003",
        recipient="+34600000003",
        provider_ids=("c-1",),
        status=MessageStatus.FAILED,
        failure_type=FailureType.HARD,
        reason=Reason.USER_UNKNOWN,
        changed_at=NOON + timedelta(minutes=1),
    )


@pytest.fixture
def messages(anna, bruno, carla):
    records.message(records.delivery(), address=anna.address, recipient="CRM-1")
    return [anna, bruno, carla]


@pytest.fixture(params=[(2_000, 20_000), (0, 1), (1, 2)], ids=["few", "many", "some"])
def limits(request, monkeypatch):
    """What is few, and how much is read at a time: results are the same, pages are not."""
    monkeypatch.setattr(search, "FEW", request.param[0])
    monkeypatch.setattr(logs, "WINDOW", request.param[1])


def found(delivery, *, sees_addresses=True, sort="-changed_at", size=100, **fields):
    messages, cursor = [], None
    for _ in range(10):
        page = logs.page(
            delivery=delivery,
            filter=LogFilter.parse(fields),
            sort=sort,
            cursor=cursor,
            size=size,
            sees_addresses=sees_addresses,
        )
        messages += [row.message for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    return messages


def counted(delivery, *, sees_addresses=True, **fields):
    return logs.count(
        delivery=delivery, filter=LogFilter.parse(fields), sees_addresses=sees_addresses
    )


def test_the_latest_change_comes_first_and_rows_carry_their_provider_ids(delivery, messages):
    page = logs.page(delivery=delivery, filter=LogFilter(), sees_addresses=True)

    assert [(row.message, row.provider_message_ids) for row in page.rows] == [
        (messages[0], ["a-1", "a-2"]),
        (messages[1], ["b-1"]),
        (messages[2], ["c-1"]),
    ]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("changed_at", [2, 1, 0]),
        ("-changed_at", [0, 1, 2]),
        ("address", [0, 1, 2]),
        ("-address", [2, 1, 0]),
    ],
)
def test_logs_sort_by_change_and_address(delivery, messages, sort, expected):
    messages[2].address = "+5"
    messages[2].save()

    assert found(delivery, sort=sort) == [messages[index] for index in expected]


FILTERS = [
    ({"status": "delivered"}, [0]),
    ({"status": "failed"}, [1, 2]),
    ({"failure_type": "hard"}, [2]),
    ({"failure_type": "soft", "status": "failed"}, [1]),
    ({"reason": "unreachable"}, [1]),
    ({"reason": "unreachable", "failure_type": "hard"}, []),
    ({"reason": "unreachable", "failure_type": "soft"}, [1]),
    ({"failure_type": "undefined"}, []),
    ({"status": "delivered", "reason": "unreachable"}, []),
    ({"status": "cancelled"}, []),
    ({}, [0, 1, 2]),
]


@pytest.mark.parametrize(("fields", "expected"), FILTERS)
def test_filters_leave_what_matches_and_the_count_is_exact(delivery, messages, fields, expected):
    assert found(delivery, **fields) == [messages[index] for index in expected]
    assert counted(delivery, **fields) == (len(expected), True)


@pytest.mark.parametrize(("fields", "expected"), FILTERS)
@pytest.mark.parametrize("size", [1, 2])
def test_filters_page_one_by_one(delivery, messages, limits, fields, expected, size):
    expected = [messages[index] for index in expected]

    assert found(delivery, size=size, **fields) == expected
    assert found(delivery, sort="changed_at", size=size, **fields) == expected[::-1]


@pytest.mark.parametrize(("fields", "expected"), FILTERS)
@pytest.mark.parametrize("sort", ["address", "-address"])
def test_filters_hold_in_the_order_of_addresses(delivery, messages, limits, fields, expected, sort):
    expected = [messages[index] for index in sorted(expected, key=lambda i: messages[i].address)]

    if sort == "-address":
        expected.reverse()
    assert found(delivery, sort=sort, size=1, **fields) == expected


SEARCHES = [
    ("+393331110001", [0]),
    ("+39333111", [0, 1]),
    ("CRM-1", [0, 1]),
    ("CRM-12", [1]),
    ("a-2", [0]),
    ("a-", [0]),
    ("333111", []),
    ("%", []),
    ("crm-1", []),
    ("+34600000003", [2]),
]


@pytest.mark.parametrize(("search", "expected"), SEARCHES)
def test_a_search_finds_addresses_references_and_provider_ids_from_their_beginning(
    delivery, messages, limits, search, expected
):
    assert found(delivery, search=search) == [messages[index] for index in expected]


@pytest.mark.parametrize(("search", "expected"), SEARCHES)
@pytest.mark.parametrize("size", [1, 9])
def test_a_search_holds_in_the_order_of_addresses(
    delivery, messages, limits, search, expected, size
):
    expected = [messages[index] for index in sorted(expected, key=lambda i: messages[i].address)]

    assert found(delivery, search=search, sort="address", size=size) == expected


@pytest.mark.parametrize(("search", "expected"), SEARCHES)
def test_a_search_is_counted(delivery, messages, search, expected):
    assert counted(delivery, search=search) == (len(expected), True)


def test_a_search_and_a_filter_hold_together(delivery, messages, limits):
    assert found(delivery, search="+39333111", status="failed") == [messages[1]]
    assert found(delivery, search="+39333111", reason="unreachable") == [messages[1]]
    assert found(delivery, search="+39333111", reason="unreachable", sort="address") == [
        messages[1]
    ]


def test_a_search_and_a_filter_are_counted_together(delivery, messages):
    assert counted(delivery, search="+39333111", status="failed") == (1, True)
    assert counted(delivery, search="+39333111", reason="user_unknown") == (0, True)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("+393331110001", []),
        ("+39", []),
        ("+34600000003", []),
        ("+346", []),
        ("CRM-1", [0, 1]),
        ("a-2", [0]),
        ("a-", []),
    ],
)
def test_without_the_right_a_search_tells_nothing_of_addresses(
    delivery, messages, limits, search, expected
):
    assert found(delivery, sees_addresses=False, search=search) == [messages[i] for i in expected]


def test_without_the_right_an_id_that_holds_the_address_is_not_found(delivery):
    message = records.message(
        delivery, address="+393339876543", provider_ids=("batch:393339876543",)
    )

    assert found(delivery, search="batch:393339876543") == [message]
    assert found(delivery, search="batch:393339876543", sees_addresses=False) == []


@pytest.mark.parametrize("sort", ["address", "-address"])
def test_without_the_right_nothing_is_sorted_by_address(delivery, sort):
    with pytest.raises(BadFilter) as caught:
        found(delivery, sees_addresses=False, sort=sort)

    assert list(caught.value.errors) == ["sort"]


def test_an_id_of_another_account_is_not_found(delivery, messages):
    ProviderReference.objects.filter(provider_id="a-1").update(account=records.account())

    assert found(delivery, search="a-1") == []


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"status": "nonsense"}, ["status"]),
        ({"failure_type": "1", "reason": "x"}, ["failure_type", "reason"]),
        ({"search": "\0"}, ["search"]),
        ({"search": "x" * 321}, ["search"]),
    ],
)
def test_what_cannot_be_filtered_by_is_refused_by_name(fields, errors):
    with pytest.raises(BadFilter) as caught:
        LogFilter.parse(fields)

    assert list(caught.value.errors) == errors


def test_an_unknown_sort_is_refused(delivery):
    with pytest.raises(BadFilter):
        found(delivery, sort="text")


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_takes_two_queries_however_long(delivery, rows, django_assert_num_queries):
    for _ in range(rows):
        records.message(delivery, provider_ids=("x",))

    with django_assert_num_queries(2):
        page = logs.page(delivery=delivery, filter=LogFilter(), sees_addresses=True)
    assert len(page.rows) == rows


@pytest.mark.parametrize(
    ("few", "window", "most", "expected"),
    [
        (2, 9, 1_000, (3, True)),
        (9, 9, 1_000, (3, True)),
        (2, 9, 2, (2, False)),
        (9, 9, 2, (2, False)),
        (2, 3, 1_000, (2, False)),
    ],
)
def test_a_search_is_counted_as_far_as_it_is_read(
    delivery, monkeypatch, few, window, most, expected
):
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(logs, "WINDOW", window)
    monkeypatch.setattr(logs, "MOST_COUNTED", most)
    records.message(delivery, address="+340000000")
    for _ in range(3):
        records.message(delivery, address="+393330000000")

    counts = counted(delivery, search="+39")

    assert counts.exact == expected[1]
    assert counts.number in ({expected[0]} if counts.exact else {2, 3})
