"""Times as providers write them."""

from datetime import UTC, datetime

import pytest

from providers import moments

THEN = datetime(2018, 1, 17, 19, 35, 11, tzinfo=UTC)


@pytest.mark.parametrize("value", [1516217711, "1516217711", 1516217711000, "1516217711000"])
def test_seconds_and_milliseconds_are_told_apart_by_their_size(value):
    assert moments.epoch(value) == THEN


def test_milliseconds_are_kept():
    assert moments.epoch(1516217711123) == THEN.replace(microsecond=123000)


@pytest.mark.parametrize("value", ["", None, "soon", -1, 1.5, True, "9" * 14, "9" * 400, "٣"])
def test_what_is_no_time_is_none(value):
    assert moments.epoch(value) is None
