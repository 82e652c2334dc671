"""Networks of machines: ranges, a file of the operator's, and what cannot be read."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking import networks
from tracking.networks import Networks


@pytest.mark.parametrize(
    ("network", "inside"),
    [
        ("66.249.64.0/24", True),
        ("66.249.95.0/24", True),
        ("66.249.96.0/24", False),
        ("66.249.63.0/24", False),
        ("1.1.1.0/24", False),
        ("2a03:2880:1::/48", True),
        ("2a04::/48", False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_fetchers_live_where_they_say(network, inside):
    assert (network in networks.known()) is inside


def test_ranges_may_overlap_and_hold_each_other():
    found = Networks(["10.0.0.0/8", "10.1.0.0/16", "10.128.0.0/9", "12.0.0.0/24"])

    assert "10.255.255.0/24" in found
    assert "11.0.0.0/24" not in found
    assert "12.0.0.0/24" in found


@given(
    st.lists(st.tuples(st.integers(0, 255), st.integers(8, 24)), max_size=8), st.integers(0, 255)
)
def test_what_lies_in_a_range_is_found(made, asked):
    ranges = [ipaddress.ip_network((f"10.{byte}.0.0", width), strict=False) for byte, width in made]
    address = ipaddress.ip_network(f"10.{asked}.0.0/24")

    expected = any(address.network_address in each for each in ranges)
    assert (str(address) in Networks(map(str, ranges))) is expected


def test_the_operator_may_name_more(tmp_path):
    file = tmp_path / "networks.txt"
    file.write_text("# our own monitoring\n198.51.100.0/24  # in the cellar\n\n")

    assert "198.51.100.0/24" in networks.known(str(file))
    assert "66.249.64.0/24" in networks.known(str(file))
    assert networks.fault(str(file)) == ""


def test_a_file_that_cannot_be_read_is_left_out(tmp_path):
    file = tmp_path / "networks.txt"
    file.write_text("198.51.100.7/24\n")

    assert "198.51.100.7/24" in networks.fault(str(file))
    assert "66.249.64.0/24" in networks.known(str(file))
