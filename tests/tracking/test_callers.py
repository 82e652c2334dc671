"""Who asks, and what of it is kept."""

import pytest

from tracking import callers, misses


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_of_an_address_its_network_is_kept(address, network):
    assert callers.network_of(address) == network


def test_behind_tls_the_proxy_names_who_asks(settings):
    meta = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.77"}
    assert callers.address_of(meta) == "10.0.0.1"

    settings.BEHIND_TLS = True
    assert callers.address_of(meta) == "203.0.113.77"
    assert callers.address_of({"REMOTE_ADDR": "10.0.0.1"}) == "10.0.0.1"


@pytest.mark.parametrize(
    ("meta", "host"),
    [
        ({"HTTP_HOST": "S.Example:8000"}, "s.example"),
        ({"HTTP_HOST": "[::1]:8000"}, "[::1]"),
        ({"SERVER_NAME": "localhost"}, "localhost"),
        ({}, ""),
    ],
)
def test_a_host_is_told_without_its_port(meta, host):
    assert callers.host_of(meta) == host


def test_misses_are_counted_by_client_for_a_while_and_in_bounds(monkeypatch):
    counted = misses.Misses(most=3)
    for _ in range(3):
        assert not counted.is_over("2001:db8::1")
        counted.note("2001:db8::1")

    # Whoever has one address of a network has all of them.
    assert counted.is_over("2001:db8::2")
    assert not counted.is_over("2001:db9::1")
    assert not counted.is_over("nothing")
    monkeypatch.setattr(misses, "MOST_CLIENTS", 2)
    for number in range(10):
        counted.note(f"203.0.113.{number}")
    assert len(counted.counts) == 2

    monkeypatch.setattr(misses.time, "monotonic", lambda: 1e9)
    assert not counted.is_over("2001:db8::1")
