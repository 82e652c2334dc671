"""The sentence about a drop, in every way it can be told."""

import pytest

from dashboard import drops
from deliveries.shortfall import NOTHING, Blame, Change, Shortfall, Tally
from tests import records

pytestmark = pytest.mark.django_db
FALLEN = Change(Tally(600, 400), Tally(9_300, 700))
HEAD = "Success is 60 % of processed, 33 points under this account's usual 93 %: "


def said(place=None, *, cause=None, everywhere=False, own=True):
    found = Shortfall(FALLEN, 330.0, place, cause, everywhere)
    return drops.sentence(found, own=own)


def test_it_fell_everywhere():
    assert said(everywhere=True) == f"{HEAD}no slice stands out, it fell everywhere."


def test_no_single_slice_explains_it():
    assert said() == f"{HEAD}no single slice explains half of it."


@pytest.mark.parametrize(
    ("dimension", "key", "place"),
    [
        ("country", "IT", "Italy"),
        ("network", "22201", "network 222 01"),
        ("prefix", "+39347", "+39347 (Italy)"),
        ("prefix", "+1", "+1"),
    ],
)
def test_the_slice_that_fell_is_named(dimension, key, place):
    blamed = Blame(dimension, key, 0.784, FALLEN)

    assert said(blamed) == f"{HEAD}78 % of the missing deliveries are in {place}."


def test_an_account_is_named():
    account = records.account(name="Second")

    assert said(Blame("account", str(account.pk), 1.0, FALLEN), own=False) == (
        "Success is 60 % of processed, 33 points under the usual 93 %: "
        "100 % of the missing deliveries are in the account Second."
    )


def test_growth_to_where_it_is_always_worse_is_told_as_such():
    grown = Blame("country", "BR", 0.9, Change(NOTHING, Tally(60, 40)), grew=True)

    assert said(grown) == (
        f"{HEAD}90 % of it is explained by more messages than usual to Brazil, "
        "where success is usually 60 %."
    )


def test_the_error_that_came_with_it_is_told():
    cause = Blame("reason", "3", 0.999, FALLEN)

    assert said(everywhere=True, cause=cause) == (
        f"{HEAD}no slice stands out, it fell everywhere; "
        "99 % of the additional failures have the reason “Unreachable”."
    )


def test_a_code_whose_row_is_gone_is_named_by_its_key():
    assert "have code 77 “”" in said(cause=Blame("code", "77", 0.9, FALLEN))
