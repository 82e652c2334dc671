"""Addresses taken over and handed out over the API."""

import pytest

from deliveries import exchange
from deliveries.models import AuditEvent
from messaging.failures import Reason
from quarantine.bulk_models import BulkAct, ImportLine
from quarantine.models import Address
from tests.quarantine.taking import fail, number

pytestmark = pytest.mark.django_db
PATH = "/api/v1/quarantine/"
IMPORT, EXPORT = f"{PATH}import/", f"{PATH}export/"
TABLE = f"address,status\n{number(1)},denylisted\n{number(2)},\n0333,\n"


def take(caller, table=TABLE, query=""):
    return caller.generic("POST", IMPORT + query, table.encode(), content_type="text/csv")


def exported(caller, query=""):
    response = caller.get(EXPORT + query, headers={"accept": "text/csv"})
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def test_a_dry_run_tells_and_keeps_nothing(admin):
    fail([number(2)])

    told = take(admin, query="?dry_run=true").json()

    assert told == {
        "id": None, "dry_run": True, "state": None, "new": 1, "changed": 0, "already": 1, "bad": 1,
        "rejected": [
            {
                "line": 4,
                "field": "address",
                "detail": "The number begins with 0: write the country code before it, like +39…",
            }
        ],
        "undo": None,
    }  # fmt: skip
    assert Address.objects.get().address == number(2)
    assert not BulkAct.objects.exists()
    assert not ImportLine.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_import_is_taken_told_and_undone(admin):
    told = take(admin, query="?reason=From+the+old+system").json()

    assert (told["state"], told["new"], told["bad"]) == ("done", 2, 1)
    assert dict(Address.objects.values_list("address", "status")) == {
        number(1): "denylisted",
        number(2): "quarantine",
    }
    lines = list(AuditEvent.objects.order_by("id").values_list("code", "text"))
    act = f"Bulk act {told['id']}:"
    assert lines == [
        (
            "QRN-1024",
            f"{act} 2 addresses to be taken over, 1 lines are not: From the old system",
        ),
        ("QRN-1021", f"{act} 2 addresses taken over, 0 left out."),
    ]
    row = admin.get(f"{PATH}bulk/{told['id']}/").json()
    assert (row["action"], row["count"], row["changed"], row["bad"]) == ("import", 2, 2, 1)
    assert admin.post(told["undo"]).json()["restored"] == 2
    assert admin.get(PATH).json()["results"] == []


def test_a_long_import_is_left_to_the_worker(admin, monkeypatch):
    monkeypatch.setattr(exchange, "FEW", 1)
    told = take(admin).json()
    assert (told["state"], Address.objects.count()) == ("open", 0)

    exchange.bulk.work(at=BulkAct.objects.get().at)

    assert admin.get(f"{PATH}bulk/{told['id']}/").json()["state"] == "done"


def test_what_cannot_be_an_import_is_refused(admin, operator, anybody):
    assert take(admin, "").status_code == 400
    assert take(admin, "name\nAnna\n").json()["detail"].startswith("Line 1 names no column")
    assert list(take(admin, query="?status=valid").json()) == ["status"]
    assert list(take(admin, query="?odd=1").json()) == ["odd"]
    form = admin.post(IMPORT, {"file": "x"}, format="multipart")
    assert form.status_code == 415
    lines = admin.generic("POST", IMPORT, b"{}", content_type="application/x-ndjson")
    assert lines.status_code == 415
    assert "these types: text/csv, application/csv" in lines.json()["detail"]
    assert take(operator).status_code == 403
    assert take(anybody).status_code == 401


def test_an_export_is_cut_as_the_list_is_and_told(admin):
    fail([number(1)])
    fail([number(2)], reason=Reason.ACCOUNT_DISABLED)

    head, row = exported(admin, "?reason=account_disabled").splitlines()

    assert head == "address,channel,status,reason,text,date"
    at = admin.get(PATH, {"reason": "account_disabled"}).json()["results"][0]["last_error_at"]
    assert row == f"{number(2)},sms,quarantine,account_disabled,SR x 101|no such user,{at}"
    line = AuditEvent.objects.get()
    assert (line.code, line.actor) == ("QRN-1025", "admin-machine")
    assert line.text == "Addresses exported (reason account_disabled)."


def test_an_export_is_masked_for_those_without_the_right(marketer):
    fail([number(1)])
    Address.objects.update(error_text=f"about {number(1)}")

    (row,) = exported(marketer).splitlines()[1:]

    assert row.startswith("'+39 ••• ••• 001,sms")
    assert number(1) not in row
    assert "masked" in AuditEvent.objects.get().text
    for hidden in ("prefix", "search"):
        answer = marketer.get(EXPORT, {hidden: number(1)})
        assert (answer.status_code, list(answer.json())) == (400, [hidden])


def test_an_export_refuses_what_it_does_not_know(admin, anybody):
    answer = admin.get(EXPORT, {"odd": "1"}, headers={"accept": "text/csv"})

    assert (answer.status_code, list(answer.json())) == (400, ["odd"])
    assert anybody.get(EXPORT).status_code == 401


def test_an_export_comes_piece_by_piece(admin, monkeypatch):
    monkeypatch.setattr("quarantine.sheet.CHUNK", 10)
    fail(map(number, range(25)))

    pieces = list(admin.get(EXPORT).streaming_content)

    assert [piece.count(b"\n") for piece in pieces] == [1, 10, 10, 5]
