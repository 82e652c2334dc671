"""Countries of clicks: only by a database of the operator's."""

from pathlib import Path

import pytest

from tracking import places

DATABASE = str(Path(__file__).parent / "countries" / "GeoLite2-Country-Test.mmdb")


@pytest.mark.parametrize(
    ("network", "country"),
    [
        ("202.196.224.0/24", "PH"),
        ("2001:218::/48", "JP"),
        ("192.0.2.0/24", ""),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_a_database_tells_the_country(network, country):
    assert places.country(network, path=DATABASE) == country


def test_without_a_database_no_country_is_told():
    assert places.country("202.196.224.0/24", path="") == ""
    assert places.fault("") == ""


def test_a_file_that_is_no_database_tells_nothing(tmp_path):
    file = tmp_path / "countries.mmdb"
    file.write_bytes(b"nothing")

    assert places.country("202.196.224.0/24", path=str(file)) == ""
    assert "countries.mmdb" in places.fault(str(file))
