"""Statuses, failures and reasons: names, order and what classes stand for."""

import pytest

from messaging.failures import FailureClass, FailureType, Reason
from messaging.statuses import IN_PROGRESS, PROCESSED, Evidence, MessageStatus


def test_an_sms_moves_in_the_order_of_its_statuses():
    order = ["PENDING", "ACCEPTED", "SENT", "FAILED", "DELIVERED"]

    assert sorted(order, key=MessageStatus.__getitem__) == order
    assert not set(IN_PROGRESS) & set(PROCESSED)


@pytest.mark.parametrize("words", [MessageStatus, Evidence, FailureType, Reason])
def test_every_word_has_a_name_for_machines_and_one_for_people(words):
    assert {word.api_name for word in words} == {name.lower() for name in words.names}
    assert all(str(word.label) for word in words)


def test_reasons_keep_the_values_of_the_reference():
    assert {reason.value for reason in Reason} == {
        *range(13), 14, 15, 16, 17, 20, 25, 127
    }  # fmt: skip


@pytest.mark.parametrize("failure", FailureClass)
def test_a_class_is_a_type_and_a_reason(failure):
    assert (failure.failure_type, failure.reason) == failure.value[:2]
