"""Where the embedded servers live: short sockets, and nobody's folder is opened for them."""

import os
from pathlib import Path

import pytest

from smsmonitor.embedded import places
from smsmonitor.embedded.places import Owner

STRANGER = Owner("stranger", 54321, 54321)


def test_sockets_lie_in_the_home_when_the_path_is_short():
    home = Path("/srv/sms")

    assert places._sockets(home) == Path("/srv/sms/run")


def test_sockets_of_a_long_home_get_a_short_folder_of_its_own():
    long, other = Path("/srv") / ("x" * 120), Path("/srv") / ("y" * 120)

    sockets = places._sockets(long)

    assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= 103
    assert sockets == places._sockets(long)
    assert sockets != places._sockets(other)


def test_addresses_escape_what_a_path_may_hold(tmp_path):
    home = tmp_path / "a b%c"

    assert places.redis_url(home).endswith("valkey.sock")
    assert " " not in places.database_url(home) + places.redis_url(home)


def test_folder_closed_to_others_is_not_reachable_and_stays_closed(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    assert not places.reachable(closed / "home", STRANGER)
    assert closed.stat().st_mode & 0o777 == 0o700


def test_folder_of_the_user_itself_is_reachable_for_it():
    root = Path("/")

    assert places.reachable(root / "not yet made" / "home", STRANGER)


@pytest.mark.skipif(os.geteuid() != 0, reason="asks what root meets")
def test_root_is_told_where_the_servers_keep_what_they_cannot_reach(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    ground = places.ground(closed / "home")

    assert ground.data.parent == Path("/var/lib/smsmonitor")
    assert ground.notice == (
        f"Started by root: the database servers run as the user {ground.owner.name}, who cannot "
        f"reach {closed / 'home'}; what they need is kept in /var/lib/smsmonitor."
    )
