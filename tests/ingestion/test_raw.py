"""Raw callbacks: shown as they came, for as long as they are kept."""

import pytest

from ingestion import raw
from ingestion.models import InboxEntry
from tests.ingestion import callbacks

pytestmark = pytest.mark.django_db


def test_a_callback_is_shown_as_it_came(account):
    callbacks.inbox.store([callbacks.raw(account, b"a=\xe8&b=\xc3\xa8", query="x=1")])
    (entry_id,) = callbacks.entry_ids()

    shown = raw.entry(entry_id=entry_id)

    assert (shown.entry_id, shown.account_id, shown.method) == (entry_id, account.pk, "POST")
    assert (shown.query, shown.body) == ("x=1", "a=\\xe8&b=è")
    assert shown.headers == {"Content-Type": "application/json"}
    assert shown.received_at == callbacks.RECEIVED


def test_a_callback_without_headers_is_shown_too(account):
    callbacks.inbox.store([callbacks.raw(account, b"")._replace(headers="")])

    assert raw.entry(entry_id=callbacks.entry_ids()[0]).headers == {}


def test_what_is_set_aside_is_shown_after_its_day_is_gone(account, post):
    post(id="later", word="done")
    callbacks.apply_all()
    (entry_id,) = callbacks.entry_ids()
    InboxEntry.objects.all().delete()

    assert raw.entry(entry_id=entry_id).body == '{"id": "later", "word": "done"}'


def test_what_is_gone_is_none(db):
    assert raw.entry(entry_id=5) is None
