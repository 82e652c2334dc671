"""Lengths of time in words."""

from datetime import timedelta

import pytest

from dashboard.templatetags.spans import bound, span


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=2.25), "2.2 s"),
        (timedelta(seconds=42.4), "42 s"),
        (timedelta(seconds=75), "1 min 15 s"),
        (timedelta(hours=3, minutes=5, seconds=2), "3 h 5 min"),
        (timedelta(days=2, hours=7, minutes=59), "2 d 7 h"),
        (-timedelta(seconds=75), "1 min 15 s"),
    ],
)
def test_a_length_is_written_with_its_two_largest_units(length, words):
    assert span(length) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 s"),
        (50, "50 s"),
        (60, "1 min"),
        (2_700, "45 min"),
        (3_600, "1 h"),
        (64_800, "18 h"),
        (129_600, "1.5 d"),
        (259_200, "3 d"),
    ],
)
def test_a_bound_is_written_in_one_unit(seconds, words):
    assert bound(seconds) == words
