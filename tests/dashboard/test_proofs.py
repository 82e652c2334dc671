"""The page of proofs: sent, listed, followed, and masked."""

import pytest
from django.utils import timezone

from deliveries.models import Delivery, Message
from messaging.statuses import DeliveryStatus
from sending import proofs
from tests.dashboard.conftest import FRAGMENT
from tests.dashboard.queries import cost
from tests.sending import prepared, targets

NUMBER = "+393331234567"


@pytest.fixture
def delivery(db):
    return targets.delivery(account=prepared.account(), sender="AURORA")


def path(delivery):
    return f"/deliveries/{delivery.pk}/audit/proofs/"


def send(delivery, *addresses):
    return proofs.send(
        delivery_id=delivery.pk, addresses=addresses or [NUMBER], by=None, at=timezone.now()
    ).delivery


def text_of(response):
    return response.content.decode()


def test_a_proof_is_sent_and_listed(operator, delivery):
    answer = operator.post(
        path(delivery), {"addresses": f"{NUMBER}, \n+393337654321;"}, follow=True
    )

    page = text_of(answer)
    made = Delivery.objects.get(proof_of=delivery)
    for said in ("The proof is on its way.", NUMBER, "+393337654321", made.code, "operator-person"):
        assert said in page
    assert f'href="/messages/{Message.objects.earliest("id").pk}/"' in page


def test_rows_ask_for_news_while_something_can_still_change(operator, delivery):
    proof = send(delivery)

    live = text_of(operator.get(path(delivery), headers=FRAGMENT))
    Delivery.objects.filter(pk=proof.pk).update(status=DeliveryStatus.FINISHED)
    ended = text_of(operator.get(path(delivery), headers=FRAGMENT))

    assert live.strip().startswith("<tbody")
    assert ("hx-get" in live, "hx-get" in ended) == (True, False)


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_sent(operator, delivery):
    page = operator.post(path(delivery), {"addresses": "12"})

    assert page.context["form"].errors == {
        "addresses": ["Number 1 is not a valid one: write it with its country code."]
    }
    assert page.context["form"]["addresses"].value() == "12"
    assert operator.post(path(delivery), {"addresses": ""}).context["form"].errors != {}
    assert Delivery.objects.get() == delivery


def test_what_stands_in_the_way_is_told(operator, delivery):
    Delivery.objects.filter(pk=delivery.pk).update(status=DeliveryStatus.FINISHED)

    page = operator.post(path(delivery), {"addresses": NUMBER})

    assert "The delivery has ended: proofs are sent while it is edited or ready" in text_of(page)
    assert "Send a proof" not in text_of(operator.get(path(delivery)))


def test_a_recipient_is_chosen_where_the_text_has_fields(operator, delivery):
    assert "recipient" not in operator.get(path(delivery)).context["form"].fields
    Delivery.objects.filter(pk=delivery.pk).update(content="Hi {{name}}")
    targets.take(delivery, "phone,name\n+393330000001,Ada\n+393330000002,Bob\n")

    form = operator.get(path(delivery)).context["form"]
    assert [value for value, _name in form["recipient"].field.choices] == ["2", "3"]
    operator.post(path(delivery), {"addresses": NUMBER, "recipient": "3"})

    assert Message.objects.get().outgoing.text == "Hi Bob"


def test_a_text_with_fields_and_no_recipients_is_refused(operator, delivery):
    Delivery.objects.filter(pk=delivery.pk).update(content="Hi {{name}}")

    page = operator.post(path(delivery), {"addresses": NUMBER})

    assert "The text needs the field {{name}}" in text_of(page)


def test_a_marketer_sees_proofs_masked_and_sends_none(marketer, delivery):
    send(delivery)

    page = text_of(marketer.get(path(delivery)))

    assert NUMBER not in page
    assert "Send a proof" not in page
    assert marketer.post(path(delivery), {"addresses": NUMBER}).status_code == 403


def test_what_retention_has_dropped_is_said(operator, delivery):
    send(delivery)
    Message.objects.all().delete()

    assert "Its messages are no longer kept." in text_of(operator.get(path(delivery)))


def test_the_way_there_and_back(operator, delivery):
    proof = send(delivery)

    assert path(delivery) in text_of(operator.get(f"/deliveries/{delivery.pk}/sms/"))
    typing = operator.post("/sms/preview/", {"delivery": delivery.pk, "content": "x"})
    assert path(delivery) in text_of(typing)
    assert path(delivery) in text_of(operator.get(f"/deliveries/{proof.pk}/"))


def test_one_proof_costs_as_many_queries_as_three(operator, delivery):
    send(delivery)
    one = cost(operator, path(delivery))

    send(delivery)
    send(delivery, NUMBER, "+393337654321")

    assert cost(operator, path(delivery)) == one
