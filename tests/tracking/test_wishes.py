"""Opting out by a link before its message is registered."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client

from deliveries.models import Counter, Message
from messaging.statuses import AddressStatus, DeliveryStatus
from quarantine import optouts as words
from quarantine.models import Address, Change, Word
from quarantine.words import START, Said
from tests import records
from tests.ingestion import callbacks
from tests.outages import database_away
from tests.records import NOON
from tests.threads import PATIENCE_SECONDS, apart
from tracking import optouts, outside, tasks, urls, wishes
from tracking.models import Link, TrackedUrl, Wish
from tracking.outside import Wanted

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)
ANNA = "+393331112233"


@pytest.fixture
def delivery():
    made = records.delivery(status=DeliveryStatus.READY, content="Stop: x.it")
    urls.note(delivery_id=made.pk)
    TrackedUrl.objects.filter(delivery=made).update(mode="opt_out")
    return made


@pytest.fixture
def reserved(delivery):
    """Have links made for messages that are not registered; return their tokens by id."""

    def made(count):
        told = outside.make(
            delivery_id=delivery.pk, wanted=[Wanted(None, {})] * count, by=None, at=NOON
        )
        ids = [one.message_id for one in told]
        return dict(Link.objects.filter(message_id__in=ids).values_list("message_id", "token"))

    return made


def press(token):
    """Press the button of a link's page as a browser does."""
    return Client(headers={"accept-language": "en"}).post(
        f"/l/{token}", {"confirmation": optouts.confirmation(token)}
    )


def register(delivery, message_id, *, address=ANNA, number=0):
    line = {"address": address, "provider_message_id": f"p-{number}", "message": f"{message_id}"}
    return callbacks.register(delivery, line, at=NOON + 30 * MINUTE)


def standing():
    return list(Address.objects.values_list("address", "status"))


def opted(delivery):
    found = Counter.objects.filter(delivery=delivery, figure="opt_outs")
    return sum(found.values_list("value", flat=True))


def test_whoever_opts_out_before_the_registration_is_left_alone_once_it_comes(delivery, reserved):
    ((message_id, token),) = reserved(1).items()
    answers = [press(token) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert b"You have opted out" in answers[1].content
    assert (Wish.objects.count(), tasks.hear_wishes(), standing()) == (1, 0, [])

    register(delivery, message_id)

    assert [tasks.hear_wishes(), tasks.hear_wishes()] == [1, 0]
    assert standing() == [(ANNA, AddressStatus.DENYLISTED)]
    word = Word.objects.get()
    assert (word.message_id, word.delivery_id, word.text) == (message_id, delivery.pk, optouts.TEXT)
    assert (Change.objects.count(), opted(delivery), Wish.objects.count()) == (1, 1, 0)


def test_pressed_before_and_after_the_registration_it_is_one_word(delivery, reserved):
    ((message_id, token),) = reserved(1).items()
    press(token)
    register(delivery, message_id)
    press(token)

    assert tasks.hear_wishes() == 1
    assert (Word.objects.count(), opted(delivery)) == (1, 1)
    assert standing() == [(ANNA, AddressStatus.DENYLISTED)]


def test_it_counts_from_when_the_button_was_pressed(delivery, reserved):
    ((message_id, token),) = reserved(1).items()
    for minute in (2, 1):
        optouts.hear(message_id=message_id, token=token, at=NOON + minute * MINUTE)
    start = Said(key=b"a" * 16, says=START, at=NOON + 3 * MINUTE)
    words.hear({ANNA: [start]}, at=NOON + 3 * MINUTE)
    register(delivery, message_id)

    assert optouts.hear_kept(at=NOON + 40 * MINUTE) == 1
    assert Word.objects.get(says="stop").at == NOON + 2 * MINUTE
    # Who has asked for messages since gets them.
    assert standing() == [(ANNA, AddressStatus.VALID)]


def test_any_number_of_wishes_takes_as_many_statements(delivery, reserved):
    def heard(count, *, first):
        for number, (message_id, token) in enumerate(reserved(count).items(), first):
            optouts.hear(message_id=message_id, token=token, at=NOON)
            register(delivery, message_id, address=f"+39333111{number:04}", number=number)
        with connection.execute_wrapper(counted):
            statements.clear()
            assert optouts._hear_batch(at=NOON) == count
        return len(statements)

    statements = []

    def counted(execute, sql, *rest):
        statements.append(sql)
        return execute(sql, *rest)

    assert heard(1, first=0) == heard(5, first=10)


def test_without_the_database_nobody_is_told_that_they_have_opted_out(reserved):
    ((_message_id, token),) = reserved(1).items()
    Client().get(f"/l/{token}")

    with database_away(silent=False):
        answer = apart(press, token).result(PATIENCE_SECONDS)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert b"One moment" in answer.content
    assert not Wish.objects.exists()

    assert b"You have opted out" in press(token).content
    assert Wish.objects.count() == 1


def test_an_erased_message_leaves_nobody_alone(delivery, reserved):
    ((message_id, token),) = reserved(1).items()
    press(token)
    register(delivery, message_id)
    Message.objects.update(address="")

    assert tasks.hear_wishes() == 1
    assert standing() == []


def test_two_workers_at_once_take_other_wishes(delivery, reserved):
    for number, (message_id, token) in enumerate(reserved(2).items()):
        press(token)
        register(delivery, message_id, address=f"+39333111000{number}", number=number)

    with transaction.atomic():
        (first,) = wishes.claim(most=1)
        (other,) = apart(lambda: wishes.claim(most=2)).result(PATIENCE_SECONDS)

    assert {first.message_id, other.message_id} == set(Message.objects.values_list("pk", flat=True))


def test_a_wish_whose_message_can_come_no_more_is_dropped(delivery, reserved, settings):
    ((_message_id, token),) = reserved(1).items()
    press(token)
    months = timedelta(days=31) * settings.MESSAGE_RETENTION_MONTHS

    assert wishes.drop_old(at=delivery.created_at + months - MINUTE) == 0
    assert wishes.drop_old(at=delivery.created_at + months + MINUTE) == 1
