"""Names of countries: one for every country that a number can have."""

import phonenumbers

from messaging.country_names import NAMES, name_of


def test_every_country_of_a_number_has_a_name():
    assert set(NAMES) == set(phonenumbers.SUPPORTED_REGIONS)


def test_a_country_is_called_by_its_name_and_another_by_its_code():
    assert [str(name_of(code)) for code in ("IT", "ZZ", "")] == ["Italy", "ZZ", ""]
