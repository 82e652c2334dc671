"""A table among the credentials, as JSON has it and as a form does."""

import pytest

from providers import registry, tables
from providers.base import BadCredentials


@pytest.mark.parametrize(
    "value",
    [
        {"id": "msg", "status": "dlr"},
        "id=msg, status=dlr",
        "id=msg\nstatus = dlr\n",
        "id=msg;;status=dlr",
    ],
)
def test_a_table_reads_the_same_from_json_and_from_a_form(value):
    assert tables.read(value) == {"id": "msg", "status": "dlr"}
    assert tables.written(value) == "id=msg, status=dlr"


@pytest.mark.parametrize("value", [None, "", {}])
def test_there_may_be_none(value):
    assert tables.read(value) == {}
    assert tables.written(value) == ""


@pytest.mark.parametrize("value", [{"id": 5}, {"id": ["a"]}, ["id"], 5])
def test_a_table_holds_texts(value):
    with pytest.raises(BadCredentials, match="fields: Give a text"):
        registry.get("kaleyra").check_credentials({"fields": value})


def test_only_where_one_is_expected():
    with pytest.raises(BadCredentials, match="timezone: Give a text"):
        registry.get("jasmin").check_credentials({"timezone": {"a": "b"}})
