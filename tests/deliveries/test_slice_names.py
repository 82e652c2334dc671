"""What slices are called."""

import pytest

from deliveries import slice_names
from deliveries.slice_names import Name
from messaging.failures import FailureType, Reason
from providers.models import Qualification
from tests import records

pytestmark = pytest.mark.django_db


def qualification(**fields):
    made = {
        "kind": "twilio",
        "key": "SR twilio 30003",
        "code": "30003",
        "default_failure_type": FailureType.SOFT,
        "default_reason": Reason.UNREACHABLE,
        "failure_type": FailureType.SOFT,
        "reason": Reason.UNREACHABLE,
    }
    return Qualification.objects.create(**made | fields)


def test_a_code_is_called_as_its_provider_explains_it(django_assert_num_queries):
    rows = [qualification(), qualification(key="other")]

    with django_assert_num_queries(1):
        names = slice_names.of(by="code", keys=[str(row.pk) for row in rows])

    name = names[str(rows[0].pk)]
    assert (name.code, str(name.title)) == ("30003", "Handset out of reach")
    assert name.cause
    assert name.next_step


def test_what_somebody_has_written_about_a_code_stands_before_its_table():
    row = qualification(text="Off for the night")

    assert slice_names.of(by="code", keys=[str(row.pk)])[str(row.pk)].title == "Off for the night"


def test_a_code_of_a_kind_that_is_gone_is_still_called_by_its_code():
    row = qualification(kind="gone")

    assert slice_names.of(by="code", keys=[str(row.pk)])[str(row.pk)] == Name(
        code="30003", api_name=str(row.pk)
    )


def test_an_account_is_called_by_its_name():
    account = records.account(name="Main")

    assert slice_names.of(by="account", keys=[str(account.pk), "12345"]) == {
        str(account.pk): Name(title="Main", api_name=str(account.pk))
    }


@pytest.mark.parametrize(
    ("by", "key", "name"),
    [
        ("reason", "3", Name(title=Reason.UNREACHABLE.label, api_name="unreachable")),
        ("country", "IT", Name(code="IT", title="Italy", api_name="IT")),
        ("network", "22201", Name(code="22201", api_name="22201")),
        ("prefix", "+39347", Name(code="+39347", title="Italy", api_name="+39347")),
    ],
)
def test_other_slices_are_called_by_their_key(by, key, name, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert slice_names.of(by=by, keys=[key, ""]) == {key: name}
