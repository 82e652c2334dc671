"""The geometry of bars."""

from dashboard import bars


def test_the_longest_bar_takes_all_the_room():
    chart = bars.chart([("a", 4), ("b", 1)])

    assert [bar.width for bar in chart.bars] == [chart.room, chart.room // 4]


def test_what_counts_never_vanishes():
    chart = bars.chart([("a", 1_000_000), ("b", 1), ("c", 0)])

    assert [bar.width for bar in chart.bars] == [chart.room, 2, 0]


def test_nothing_makes_an_empty_picture():
    assert bars.chart([]) == bars.Chart(bars=[], total=0, height=0)
