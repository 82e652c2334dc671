"""Rounds: batch after batch, until nothing is found or the time is over."""

from storage import rounds


def test_batches_are_done_until_one_finds_nothing():
    left = [3, True, 2, 0, 5]

    assert rounds.work(lambda: left.pop(0), seconds=60.0) == 6
    assert left == [5]


def test_no_batch_begins_once_the_time_is_over():
    assert rounds.work(lambda: 1, seconds=-1.0) == 0
