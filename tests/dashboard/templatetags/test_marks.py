"""A status is told by a drawing and a word, never by its colour alone."""

import pytest

from dashboard.icons import ICONS
from dashboard.templatetags import marks
from messaging.statuses import DeliveryStatus, MessageStatus


@pytest.mark.parametrize("status", DeliveryStatus)
def test_every_status_of_a_delivery_has_an_icon_and_a_word(status):
    assert f"<span>{status.label}</span>" in marks.delivery_badge(status.value)
    assert f'aria-label="{status.label}"' in marks.delivery_icon(status.value)


@pytest.mark.parametrize("status", MessageStatus)
def test_every_status_of_a_message_has_an_icon_and_a_word(status):
    assert f"<span>{status.label}</span>" in marks.message_badge(status.value, "sms")
    assert f'aria-label="{status.label}"' in marks.message_icon(status.value, "sms")


def test_no_two_statuses_of_messages_share_a_drawing():
    assert len({mark.icon for mark in marks.MESSAGE_MARKS.values()}) == len(MessageStatus)


def test_a_label_is_never_markup():
    assert "<b>" not in marks.icon("check", "<b>")


@pytest.mark.parametrize("level", marks.LEVEL_MARKS)
def test_every_level_of_the_journal_is_drawn(level):
    assert ICONS[marks.LEVEL_MARKS[level].icon] in marks.level_icon(level, "Level")
