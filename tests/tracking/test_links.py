"""Links of many messages: made with a constant number of statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingestion import erasure
from messaging.statuses import DeliveryStatus
from tests import records
from tracking import domains, links, tokens
from tracking.links import Addressee
from tracking.models import Link, TrackedUrl

pytestmark = pytest.mark.django_db

CONTENT = "Hi {{name}}: x.it/{{name}} or y.it, y.it. No: z.it/?{{name}} STOP x.it/stop"


def texts(plan, some):
    """Make the links of some messages, and return what they read."""
    return [one.text for one in links.written(plan, some)]


def planned(content=CONTENT, **modes):
    delivery = records.delivery(status=DeliveryStatus.EDITING, content=content)
    domains.give(account_id=delivery.account_id, address=domains.check("s.example"))
    for mode, url in modes.items():
        assert TrackedUrl.objects.filter(delivery=delivery, url=url).update(mode=mode)
    return links.plan(delivery_id=delivery.pk)


def addressees(plan, count=1):
    delivery = records.Delivery.objects.get(pk=plan.delivery_id)
    return [
        Addressee(records.message(delivery).pk, {"name": f"Zoë {number}"})
        for number in range(1, count + 1)
    ]


def test_a_text_gets_a_link_for_each_url_that_is_tracked():
    plan = planned(never="z.it/?{{name}}", opt_out="x.it/stop")
    (addressee,) = addressees(plan)

    (text,) = texts(plan, [addressee])

    stored = {link.url.url: link for link in Link.objects.select_related("url")}
    personal, plain, stop = (
        f"s.example/{stored[url].token}" for url in ("x.it/{{name}}", "y.it", "x.it/stop")
    )
    assert text == (f"Hi Zoë 1: {personal} or {plain}, {plain}. No: z.it/?Zo%C3%AB%201 STOP {stop}")
    assert stored["x.it/{{name}}"].destination == "http://x.it/Zo%C3%AB%201"
    assert stored["y.it"].destination == ""
    assert {link.message_id for link in stored.values()} == {addressee.message_id}
    assert all(tokens.month(link.token) for link in stored.values())


def test_a_content_that_is_being_written_is_as_long_as_what_comes_of_it():
    plan = planned(never="z.it/?{{name}}", opt_out="x.it/stop")
    delivery = records.Delivery.objects.get(pk=plan.delivery_id)
    (sent,) = texts(plan, [Addressee(records.message(delivery).pk, {"name": "Al"})])

    sampled = links.sampled(
        CONTENT, delivery_id=delivery.pk, account_id=delivery.account_id
    ).replace("{{name}}", "Al")
    new = links.sampled("not noted: w.it", delivery_id=None, account_id=None)

    assert len(sampled) == len(sent)
    assert new == f"not noted: {domains.prefix(account_id=None)}{links.SAMPLE}"


def test_many_texts_cost_what_few_do():
    plan = planned()
    few, many = addressees(plan, 1), addressees(plan, 30)

    counts = []
    for some in (few, many):
        with CaptureQueriesContext(connection) as queries:
            texts(plan, some)
        counts.append(len(queries))

    assert counts == [2, 2]
    assert Link.objects.count() == 31 * 4
    assert Link.objects.values("token").distinct().count() == 31 * 4


def test_a_text_without_tracked_urls_makes_no_links():
    plan = planned("Hi {{name}}: x.it", not_tracked="x.it")

    assert texts(plan, addressees(plan)) == ["Hi Zoë 1: x.it"]
    assert texts(planned("x.it"), []) == []
    assert not Link.objects.exists()


def test_a_url_that_a_field_makes_too_long_stays_as_it_is():
    plan = planned("x.it/{{name}} y.it")
    (addressee,) = addressees(plan)

    (text,) = texts(plan, [addressee._replace(fields={"name": "a" * 5_000})])

    assert text.startswith("x.it/aaaa")
    assert Link.objects.get().url.url == "y.it"


def test_links_that_are_made_anew_replace_the_earlier_ones():
    plan, other = planned("x.it"), planned("x.it")
    texts(plan, addressees(plan, 2))
    texts(other, addressees(other))

    assert links.discard(delivery_id=plan.delivery_id) == 2
    assert Link.objects.get().url.delivery_id == other.delivery_id


def test_an_erased_recipient_has_no_links_any_more():
    plan = planned("x.it/{{name}}")
    first, second = addressees(plan, 2)
    texts(plan, [first, second])
    address = records.Message.objects.get(pk=first.message_id).address

    erasure.forget(address=address, by=None, at=records.NOON)

    assert Link.objects.get().message_id == second.message_id
    links.forget([])
    assert Link.objects.count() == 1
