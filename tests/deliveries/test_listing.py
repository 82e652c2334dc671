"""The list of deliveries: every filter, every sort, a fixed number of queries."""

from datetime import timedelta

import pytest

from deliveries import listing
from deliveries.filters import BadFilter
from messaging.statuses import DeliveryStatus, MessageStatus
from tests import records
from tests.records import NOON

pytestmark = pytest.mark.django_db


def labels(page):
    return [row.delivery.label for row in page.rows]


@pytest.fixture
def three():
    """A started first without results, B with one of two delivered, c not dated."""
    made = {}
    for label, date, statuses in (
        ("A", NOON, [MessageStatus.SENT] * 3),
        ("B", NOON + timedelta(days=1), [MessageStatus.DELIVERED, MessageStatus.FAILED]),
        ("c", None, []),
    ):
        made[label] = records.delivery(label=label, contact_date=date)
        for status in statuses:
            records.message(made[label], status=status)
    return made


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("label", ["A", "B", "c"]),
        ("-label", ["c", "B", "A"]),
        ("code", ["A", "B", "c"]),
        ("-code", ["c", "B", "A"]),
        ("contact_date", ["A", "B", "c"]),
        ("-contact_date", ["B", "A", "c"]),
        ("to_send", ["c", "B", "A"]),
        ("-to_send", ["A", "B", "c"]),
        ("processed", ["A", "c", "B"]),
        ("-processed", ["B", "c", "A"]),
        ("success", ["A", "c", "B"]),
        ("-success", ["B", "c", "A"]),
        ("status", ["A", "B", "c"]),
    ],
)
def test_every_column_sorts_and_pages(three, sort, expected):
    first = listing.page(sort=sort, size=2)
    second = listing.page(sort=sort, size=2, cursor=first.next)

    assert labels(first) + labels(second) == expected
    assert labels(listing.page(sort=sort, size=2, cursor=second.previous)) == expected[:2]


def test_codes_sort_by_their_number(three):
    three["A"].code = "DM900000"
    three["B"].code = "DM1000000"
    for delivery in three.values():
        delivery.save()

    assert labels(listing.page(sort="-code", size=2)) == ["B", "A"]


def test_a_row_carries_the_figures_of_its_delivery(three):
    row = listing.page(label="b").rows[0]

    assert (row.figures.to_send, row.figures.processed, row.figures.success) == (2, 2, 1)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"label": "event"}, ["Event 100%"]),
        ({"label": "100%"}, ["Event 100%"]),
        ({"label": "0_%"}, []),
        ({"status": "paused"}, ["Other"]),
        ({"folder": "Spring"}, ["Other"]),
        ({"folder": "spring"}, []),
        ({"channel": "email"}, ["Other"]),
        ({"channel": "sms", "status": "paused"}, []),
        ({"label": "", "status": "", "account": None}, ["Other", "Event 100%"]),
    ],
)
def test_filters_leave_what_matches_and_the_count_agrees(wanted, expected):
    account = records.account()
    records.delivery(account=account, label="Event 100%")
    records.delivery(
        account=account,
        label="Other",
        status=DeliveryStatus.PAUSED,
        folder="Spring",
        channel="email",
    )

    assert labels(listing.page(**wanted)) == expected
    assert listing.count(**wanted) == (len(expected), 2)


def test_the_account_filters():
    mine = records.delivery(label="mine")
    records.delivery(label="other")

    assert labels(listing.page(account=mine.account_id)) == ["mine"]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"status": "nonsense"}, "status"),
        ({"channel": "fax"}, "channel"),
        ({"label": "a\0b"}, "label"),
        ({"folder": "x" * 321}, "folder"),
        ({"account": 1 << 63}, "account"),
        ({"sort": "password"}, "sort"),
    ],
)
def test_what_cannot_be_filtered_by_is_refused_by_name(wanted, field):
    with pytest.raises(BadFilter) as caught:
        listing.page(**wanted)

    assert list(caught.value.errors) == [field]


def test_contact_dates_filter_from_the_first_to_before_the_last(three):
    day = timedelta(days=1)

    assert labels(listing.page(since=NOON)) == ["B", "A"]
    assert labels(listing.page(since=NOON, until=NOON + day)) == ["A"]
    assert labels(listing.page(until=NOON)) == []


def test_folders_are_counted_whatever_the_channel(django_assert_num_queries):
    records.delivery(folder="B")
    records.delivery(folder="A", channel="email")
    records.delivery(folder="B", channel="email")
    records.delivery()

    with django_assert_num_queries(1):
        assert listing.kinds() == ([("A", 1), ("B", 2)], ["email", "sms"])


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_two_queries_however_long(rows, django_assert_num_queries):
    for _ in range(rows):
        records.message(records.delivery())

    with django_assert_num_queries(2):
        page = listing.page()
        assert [row.delivery.account.kind for row in page.rows] == ["kannel"] * rows
