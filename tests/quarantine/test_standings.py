"""Whether addresses are denylisted."""

import pytest

from messaging.statuses import AddressStatus
from quarantine import fingerprints, standings
from quarantine.models import Address
from quarantine.standings import Denied
from tests.records import NOON

pytestmark = pytest.mark.django_db

ANNA, BEN, CARL = "+393331112233", "+447912345678", "+12125550123"


def listed(**fields):
    made = {"channel": "sms", "address": ANNA, "status": AddressStatus.DENYLISTED}
    return Address.objects.create(**made | fields)


def test_denylisted_addresses_are_told_apart(django_assert_num_queries):
    by_word = listed(first_error_at=NOON, error_text="STOP", by_word=True)
    by_hand = listed(address=BEN)
    listed(address=CARL, status=AddressStatus.QUARANTINE)

    with django_assert_num_queries(1):
        found = standings.denied([ANNA, BEN, CARL, ""])

    assert found == {
        ANNA: Denied(by_word.pk, NOON, "STOP", by_word=True),
        BEN: Denied(by_hand.pk, by_hand.created_at, "", by_word=False),
    }


def test_an_erased_address_is_known_by_its_hash():
    listed(address="", fingerprint=fingerprints.of(ANNA), first_error_at=NOON)

    assert set(standings.denied([ANNA, BEN])) == {ANNA}


def test_of_nobody_nothing_is_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert standings.denied([""]) == {}


def test_what_is_listed_is_found_by_its_channel():
    row = listed(status=AddressStatus.WITH_ERRORS)
    listed(address=BEN, status=AddressStatus.VALID)

    assert standings.listed("sms", ANNA) == row
    assert standings.listed("email", ANNA) is standings.listed("sms", BEN) is None
    assert standings.listed("sms", "") is None
