"""Batches are translated in full, whatever is wrong with some of their items."""

import pytest

from messaging.reports import StatusReport
from providers import batches, forms
from providers.base import BadPayload


def report(item):
    return StatusReport(forms.message_id(item.get("id"), field="id"), None)


def test_the_good_items_come_first_and_the_first_fault_at_the_end():
    found = batches.read([{"id": "a"}, {}, "x", {"id": "b"}], field="items", report=report)

    assert [next(found).provider_message_id, next(found).provider_message_id] == ["a", "b"]
    with pytest.raises(BadPayload, match=r"^items\[1\].id: missing$"):
        next(found)


@pytest.mark.parametrize(
    ("items", "error"),
    [
        (None, "items: not a list"),
        ({}, "items: not a list"),
        ([{}] * 1001, "items: too many items"),
    ],
)
def test_what_is_no_list_or_too_long_is_refused(items, error):
    with pytest.raises(BadPayload, match=error):
        list(batches.read(items, field="items", report=report))
