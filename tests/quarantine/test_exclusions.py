"""Which of many addresses are left alone: on their channel, erased ones too, in one step."""

import pytest

import quarantine
from messaging.failures import Reason
from messaging.statuses import AddressStatus
from quarantine import Blocked, fingerprints
from quarantine.models import Address

pytestmark = pytest.mark.django_db

ANNA, BEN, CARL = "+393331112233", "+447912345678", "+4915112345678"


def listed(address, status, **fields):
    return Address.objects.create(channel="sms", address=address, status=status, **fields)


def test_quarantined_and_denylisted_addresses_are_left_alone():
    listed(ANNA, AddressStatus.QUARANTINE, reason=Reason.USER_UNKNOWN)
    listed(BEN, AddressStatus.DENYLISTED, reason=Reason.DENYLISTED)
    listed(CARL, AddressStatus.WITH_ERRORS)

    assert quarantine.blocked("sms", [ANNA, BEN, CARL, "+391"]) == {
        ANNA: Blocked("quarantine", Reason.USER_UNKNOWN),
        BEN: Blocked("denylisted", Reason.DENYLISTED),
    }
    assert quarantine.blocked("email", [ANNA, BEN]) == {}


def test_an_erased_address_is_known_by_its_hash():
    listed(ANNA, AddressStatus.QUARANTINE)
    mark = fingerprints.of(BEN)
    listed("", AddressStatus.DENYLISTED, fingerprint=mark, reason=Reason.DENYLISTED)

    assert set(quarantine.blocked("sms", [ANNA, BEN, CARL, ""])) == {ANNA, BEN}


def test_many_are_one_step(django_assert_num_queries):
    listed("+39333000007", AddressStatus.QUARANTINE)
    many = [f"+39333{number:06}" for number in range(50_000)]

    with django_assert_num_queries(2):
        assert set(quarantine.blocked("sms", many)) == {"+39333000007"}
    with django_assert_num_queries(0):
        assert quarantine.blocked("sms", []) == {}
