"""The picture of latencies: every class in its place, and legible names below."""

from dashboard import latency_picture
from deliveries.latency import BOUNDS

LAST = len(BOUNDS)


def test_bars_stand_side_by_side_from_the_first_class_to_the_last():
    picture = latency_picture.of({3: 10, 5: 40})

    assert [(bar.at_most, bar.count, bar.height) for bar in picture.bars] == [
        (4, 10, 30),
        (5, 0, 0),
        (6, 40, 120),
    ]
    assert [bar.cumulated for bar in picture.bars] == [10, 10, 50]
    assert [bar.x for bar in picture.bars] == [0, 33.33, 66.67]
    assert picture.total == 50


def test_a_bar_that_counts_can_be_seen():
    picture = latency_picture.of({0: 1, 1: 1_000_000})

    assert [bar.height for bar in picture.bars] == [2, 120]


def test_what_took_longer_than_every_bound_has_none():
    (bar,) = latency_picture.of({LAST: 1}).bars

    assert (bar.at_most, bar.named) == (None, False)


def test_round_bounds_are_named_and_the_first_where_there_is_room():
    picture = latency_picture.of({1: 1, 12: 1})

    assert [bar.at_most for bar in picture.bars if bar.named] == [2, 5, 10]
    assert [bar.at_most for bar in latency_picture.of({2: 1, 4: 1}).bars if bar.named] == [5]


def test_of_nothing_nothing_is_drawn():
    picture = latency_picture.of({})

    assert (picture.total, picture.bars, picture.percentiles) == (0, [], [])
