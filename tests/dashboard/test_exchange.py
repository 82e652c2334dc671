"""The pages of imports and exports: a preview, the decision, what was not taken, a download."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from quarantine.bulk_models import BulkAct
from quarantine.models import Address
from tests.quarantine.taking import fail, number

pytestmark = pytest.mark.django_db
LIST = "/quarantine/"
IMPORT, EXPORT, BULK = f"{LIST}import/", f"{LIST}export/", f"{LIST}bulk/"
TABLE = f"{number(1)};sms;denylisted\n{number(2)}\n0333\n"


def upload(client, table=TABLE):
    file = SimpleUploadedFile("list.csv", table.encode())
    return client.post(IMPORT, {"file": file, "status": "quarantine", "text": "Old system"})


def said(response):
    return " ".join(response.content.decode().split())


def downloaded(response):
    assert response.headers["Content-Disposition"].startswith("attachment")
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_a_file_is_previewed_taken_over_and_undone(admin):
    fail([number(2)])
    assert "Import addresses" in said(admin.get(IMPORT))
    response = upload(admin)
    path = f"{BULK}{BulkAct.objects.get().pk}/"
    assert response.headers["Location"] == path
    page = admin.get(path)
    assert page.context["counts"] == (1, 0, 1, 1)
    assert "Take over" in said(page)
    assert "1 line cannot be taken over" in said(page)
    assert not Address.objects.filter(address=number(1)).exists()

    done = said(admin.post(f"{path}confirm/", follow=True))

    assert Address.objects.get(address=number(1)).status == "denylisted"
    assert "Take over" not in done
    assert "Can be undone until" in done
    assert "confirmed already" in said(admin.post(f"{path}confirm/", follow=True))
    admin.post(f"{path}undo/")
    assert Address.objects.get(address=number(1)).status == "valid"


def test_bad_lines_are_downloaded_with_their_causes(admin):
    upload(admin)
    path = f"{BULK}{BulkAct.objects.get().pk}/bad-lines/"

    head, line = downloaded(admin.get(path)).splitlines()

    assert head == "line,field,cause"
    assert line.startswith('3,address,"The number begins with 0')


def test_a_file_can_be_forgotten(admin):
    upload(admin)

    text = said(admin.post(f"{BULK}{BulkAct.objects.get().pk}/discard/", follow=True))

    assert "nothing was taken over" in text
    assert not BulkAct.objects.exists()


def test_what_somebody_else_has_confirmed_is_not_forgotten(admin):
    upload(admin)
    path = f"{BULK}{BulkAct.objects.get().pk}/"
    admin.post(f"{path}confirm/")

    response = admin.post(f"{path}discard/", follow=True)

    assert "confirmed already" in said(response)
    assert response.redirect_chain == [(path, 302)]
    assert Address.objects.get(address=number(1)).status == "denylisted"
    assert admin.post(f"{BULK}999999/discard/").status_code == 404


def test_a_file_of_nothing_good_can_only_be_forgotten(admin):
    upload(admin, "0333\n")

    text = said(admin.get(f"{BULK}{BulkAct.objects.get().pk}/"))

    assert "Discard" in text
    assert "Take over" not in text


def test_a_file_without_addresses_is_told_beside_its_field(admin):
    form = upload(admin, "name\nAnna\n").context["form"]

    assert list(form.errors) == ["file"]
    assert not BulkAct.objects.exists()


def test_a_file_and_a_reason_have_to_be_given(admin):
    assert said(admin.post(IMPORT, {"status": "quarantine"})).count("This field is required") == 2


def test_the_list_is_downloaded_as_it_is_cut(admin, marketer):
    fail([number(1), number(2)])

    assert f'href="{EXPORT}?search=%2B39"' in said(admin.get(f"{LIST}?search=%2B39"))
    rows = downloaded(admin.get(EXPORT, {"search": number(1)})).splitlines()
    assert [row.split(",")[0] for row in rows] == ["address", number(1)]
    assert number(1) not in downloaded(marketer.get(EXPORT))
    wrong = admin.get(EXPORT, {"prefix": "x"}, follow=True)
    assert "Nothing was exported" in said(wrong)


def test_only_those_with_the_right_import(operator):
    assert operator.get(IMPORT).status_code == 403
    for act in ("confirm", "discard"):
        assert operator.post(f"{BULK}1/{act}/").status_code == 403
    assert operator.get(f"{BULK}1/bad-lines/").status_code == 403
