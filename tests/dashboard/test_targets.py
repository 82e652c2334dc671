"""The tab "Target": a file is given, its columns chosen, it is read and prepared."""

import codecs

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from messaging.statuses import DeliveryStatus
from sending import preparation, tasks, uploads
from sending.models import Preparation, Recipient, Upload, UploadPiece
from tests.dashboard.conftest import FRAGMENT
from tests.sending import targets
from tests.sending.targets import prepare, take

pytestmark = pytest.mark.django_db

TABLE = b"First Name;Phone;No\nAnna;+393331234567;1\nBen;+393331234568;2\nx;y;z;w\n"


@pytest.fixture
def delivery(db):
    return targets.delivery(content="Hello {{first_name}}")


def page(delivery, name="delivery_target", *more):
    return reverse(name, args=[delivery.pk, *more])


def give(client, delivery, data=TABLE):
    return client.post(page(delivery), {"file": SimpleUploadedFile("list.csv", data)})


def test_an_empty_target_says_how_it_is_filled(operator, delivery):
    html = operator.get(page(delivery)).content.decode()

    assert "No recipients yet" in html
    assert "Choose columns" in html
    assert 'hx-trigger="every 2s"' not in html


def test_a_file_is_shown_before_it_is_read(operator, delivery):
    answer = give(operator, delivery)

    upload = Upload.objects.get()
    assert answer.headers["Location"] == page(delivery, "delivery_target_file", upload.pk)
    html = operator.get(answer.headers["Location"]).content.decode()
    assert "First Name" in html
    assert "+393331234567" in html
    assert '<option value="phone" selected>' in html
    assert '<option value="semicolon" selected>' in html


def test_another_delimiter_can_be_tried(operator, delivery):
    give(operator, delivery)
    own = page(delivery, "delivery_target_file", Upload.objects.get().pk)

    html = operator.post(own, {"look": "1", "delimiter": "comma"}).content.decode()

    assert "First Name;Phone;No" in html


def test_a_delimiter_that_only_the_file_says_is_found_out(operator, delivery):
    give(operator, delivery, b"sep=^\nNo^Phone\n1^+393331234567\n")
    upload = Upload.objects.get()
    own = page(delivery, "delivery_target_file", upload.pk)

    html = operator.get(own).content.decode()
    operator.post(own, {"delimiter": "", "address": "phone", "mode": "append"})

    assert '<option value="" selected>Found out</option>' in html
    assert "+393331234567" in html
    assert "sep=" not in html
    upload.refresh_from_db()
    assert (upload.state, upload.layout["delimiter"]) == ("queued", "^")


@pytest.mark.django_db(transaction=True)
def test_chosen_columns_are_read_by_the_worker_and_bad_lines_told(operator):
    delivery = targets.delivery(content="Hello {{first_name}}")
    give(operator, delivery)
    upload = Upload.objects.get()
    own = page(delivery, "delivery_target_file", upload.pk)
    chosen = {"delimiter": "semicolon", "address": "phone", "reference": "no", "mode": "append"}

    assert operator.post(own, chosen).headers["Location"] == page(delivery)
    assert 'hx-trigger="every 2s"' in operator.get(page(delivery)).content.decode()
    tasks.prepare()

    upload.refresh_from_db()
    assert (upload.state, upload.received, upload.bad_count) == ("done", 2, 1)
    assert list(Recipient.objects.values_list("reference", flat=True)) == ["1", "2"]
    assert not UploadPiece.objects.exists()
    html = operator.get(page(delivery), headers=FRAGMENT).content.decode()
    assert "list.csv" in html
    file = b"".join(operator.get(page(delivery, "delivery_target_bad_lines", upload.pk)))
    # Without the mark spreadsheets do not know UTF-8.
    assert file.startswith(codecs.BOM_UTF8)
    assert file.decode("utf-8-sig").splitlines()[1].startswith("4,It has 4 values for 3 columns")


@pytest.mark.django_db(transaction=True)
def test_a_file_that_comes_too_late_fails_with_its_reason(operator):
    delivery = targets.delivery()
    give(operator, delivery)
    upload = Upload.objects.get()
    uploads.ask(upload_id=upload.pk, told={"address": "phone"}, mode="append")
    delivery.status = DeliveryStatus.IN_PROGRESS
    delivery.save()

    tasks.prepare()

    upload.refresh_from_db()
    assert upload.state == "failed"
    assert upload.error == ("The delivery is in progress: its recipients can no longer be changed.")
    assert not Recipient.objects.exists()


def test_a_column_has_to_be_chosen(operator, delivery):
    give(operator, delivery, b"a,b\n1,2\n")
    upload = Upload.objects.get()

    html = operator.post(page(delivery, "delivery_target_file", upload.pk), {"mode": "append"})

    assert "This field is required." in html.content.decode()
    assert Upload.objects.get().state == "given"


def test_a_file_can_be_discarded_and_is_forgotten_after_a_day(operator, delivery):
    give(operator, delivery)
    own = page(delivery, "delivery_target_file", Upload.objects.get().pk)
    operator.post(own, {"discard": "1"})
    assert not Upload.objects.exists()

    give(operator, delivery)
    uploads.work(at=timezone.now() + uploads.KEPT_FOR)
    assert not Upload.objects.exists()


def test_an_empty_file_is_refused_with_the_cure(operator, delivery):
    html = give(operator, delivery, b"\n").content.decode()

    assert "The file is empty: its first line names the columns." in html
    assert not Upload.objects.exists()


def test_a_preparation_is_asked_for_shown_and_stopped(operator, delivery):
    take(delivery, "phone,first_name\n+393331234567,Anna\n")
    operator.post(page(delivery, "delivery_prepare"))

    html = operator.get(page(delivery), headers=FRAGMENT).content.decode()
    assert "Waiting for a worker" in html
    assert 'hx-trigger="every 2s"' in html
    operator.post(page(delivery, "delivery_prepare_stop"))
    assert Preparation.objects.get().cancel_requested


@pytest.mark.parametrize("step", ["reading", "excluding", "writing", "ending"])
def test_each_step_of_a_preparation_has_words(operator, delivery, step):
    take(delivery, "phone,first_name\n+393331234567,Anna\n")
    preparation.request(delivery_id=delivery.pk, by=None, at=timezone.now())
    Preparation.objects.update(state="running", step=step, done=1, total=2)

    html = operator.get(page(delivery)).content.decode()

    assert 'value="1" max="2"' in html


def test_a_prepared_target_shows_its_figures(operator, delivery):
    take(delivery, "phone,first_name\n+393331234567,Anna\n+393331234567,Ben\n")
    prepare(delivery)

    html = operator.get(page(delivery)).content.decode()

    assert "Prepare again" in html
    assert "Standard" in html


def test_what_is_not_possible_is_said(operator, delivery):
    answer = operator.post(page(delivery, "delivery_prepare"), follow=True)

    assert "The delivery has no recipients: give them first." in answer.content.decode()


def test_recipients_can_be_removed(operator, delivery):
    take(delivery, "phone,first_name\n+393331234567,Anna\n")
    operator.post(page(delivery, "delivery_target_clear"))
    assert not Recipient.objects.exists()

    delivery.status = DeliveryStatus.IN_PROGRESS
    delivery.save()
    answer = operator.post(page(delivery, "delivery_target_clear"), follow=True)
    assert "can no longer be changed" in answer.content.decode()


def test_marketers_only_look(marketer, delivery):
    assert marketer.get(page(delivery)).status_code == 200
    assert give(marketer, delivery).status_code == 403
    assert marketer.post(page(delivery, "delivery_prepare")).status_code == 403
