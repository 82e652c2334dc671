"""Countries in which one clock is everybody's."""

from zoneinfo import available_timezones

import pytest

from messaging.clocks import ZONES
from messaging.country_names import NAMES


def test_each_is_a_country_of_numbers_with_a_zone_that_there_is():
    assert ZONES.keys() - NAMES.keys() == set()
    assert set(ZONES.values()) - available_timezones() == set()


@pytest.mark.parametrize(
    ("country", "zone"),
    [("IT", "Europe/Rome"), ("DE", "Europe/Berlin"), ("ES", None), ("US", None), ("", None)],
)
def test_a_country_with_several_clocks_has_none(country, zone):
    assert ZONES.get(country) == zone
