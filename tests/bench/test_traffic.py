from collections import Counter
from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qs

from bench import traffic
from messaging.statuses import MessageStatus
from providers import registry
from providers.base import Callback

URL = "http://localhost:8000/callbacks/token/"
RECIPIENTS = [traffic.recipient(number) for number in range(200)]


def test_every_message_has_three_callbacks_and_some_come_twice():
    forms = traffic.forms(RECIPIENTS, random=Random(1))

    fields = [parse_qs(form.decode()) for form in forms]
    told = Counter((field["MessageSid"][0], field["MessageStatus"][0]) for field in fields)
    assert len(told) == 600
    assert len(forms) == 660


def test_the_same_seed_makes_the_same_callbacks():
    assert traffic.forms(RECIPIENTS, random=Random(1)) == traffic.forms(
        RECIPIENTS, random=Random(1)
    )


def test_a_callback_is_signed_and_told_as_twilio_does():
    form = traffic.form(traffic.recipient(7), "undelivered", error="30005")
    callback = Callback(
        method="POST",
        url=URL,
        headers=traffic.headers(URL, form),
        body=form,
        received_at=datetime.now(UTC),
    )
    credentials = {"auth_token": traffic.AUTH_TOKEN}

    registry.get("twilio").verify(callback, credentials)

    [report] = registry.get("twilio").reports(callback, credentials)
    assert (report.status, report.code) == (MessageStatus.FAILED, "30005")
    assert report.provider_message_id == traffic.recipient(7).provider_id
