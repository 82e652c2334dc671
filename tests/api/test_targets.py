"""Targets, their preparation and typologies, over the API."""

import json

import pytest

from deliveries.models import Exclusion
from sending import tasks
from sending.models import Typology, Upload
from tests.sending import targets

pytestmark = pytest.mark.django_db

ANNA = "+393331234567"


@pytest.fixture
def path(db):
    return f"/api/v1/deliveries/{targets.delivery().pk}/"


def test_a_table_is_taken_in_prepared_and_accounted_for(operator, path):
    body = f"phone;customer\n{ANNA};c1\n{ANNA};c2\nx;y;z\n;c4\n"
    taken = operator.post(f"{path}recipients/", body, content_type="text/csv")

    assert taken.status_code == 200
    assert taken.json() == {
        "received": 3,
        "bad": [
            {"line": 4, "detail": "It has 3 values for 2 columns: quote what holds a “;”."},
        ],
        "bad_count": 1,
    }
    assert operator.get(f"{path}recipients/").json() == {"recipients": 3}

    asked = operator.post(f"{path}prepare/")
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    assert operator.get(path).json()["status"] == "targeting"
    tasks.prepare()

    told = operator.get(f"{path}prepare/").json()
    assert (told["state"], told["targeted"], told["excluded"], told["to_send"]) == ("done", 3, 2, 1)
    assert (told["typology"], told["typology_version"]) == ("Standard", 1)
    found = operator.get(path).json()
    assert found["status"] == "ready"
    assert found["counters"]["targeted"] == 3
    assert found["counters"]["to_send"] == found["counters"]["pending"] == 1


def test_exclusions_tell_line_and_cause(operator, path):
    operator.post(f"{path}recipients/", f"phone\n{ANNA}\n{ANNA}\n", content_type="text/csv")
    operator.post(f"{path}prepare/")
    tasks.prepare()

    (row,) = operator.get(f"{path}exclusions/").json()["results"]
    assert (row["reason"], row["rule"], row["line"]) == ("duplicate", "double", 3)
    assert row["cause"] == {"line": "2"}


def test_json_lines_are_taken_in(operator, path):
    body = json.dumps({"address": ANNA}) + "\nnonsense\n"
    taken = operator.post(f"{path}recipients/", body, content_type="application/x-ndjson").json()

    assert (taken["received"], taken["bad_count"]) == (1, 1)


@pytest.mark.parametrize(
    "kind",
    [
        "text/csv; charset=utf-8", "Text/CSV", "text/plain", "text/tab-separated-values",
        "application/csv", "application/vnd.ms-excel", "application/octet-stream", "",
    ],
)  # fmt: skip
def test_a_table_is_known_by_its_type_and_taken_for_one_without(operator, path, kind):
    table = f"phone\n{ANNA}\n".encode()
    taken = operator.generic("POST", f"{path}recipients/", table, content_type=kind)

    assert taken.json() == {"received": 1, "bad": [], "bad_count": 0}


@pytest.mark.parametrize(
    "kind", ["application/jsonl", "application/json-lines; charset=utf-8", "text/x-ndjson"]
)
def test_json_lines_are_known_by_their_types(operator, path, kind):
    lines = json.dumps({"address": ANNA}) + "\n"
    taken = operator.post(f"{path}recipients/", lines, content_type=kind)

    assert taken.json() == {"received": 1, "bad": [], "bad_count": 0}


@pytest.mark.parametrize(
    "kind", ["application/json", "application/pdf", "text/html", "multipart/form-data; boundary=x"]
)
def test_another_type_is_refused_with_those_that_are_taken(operator, path, kind):
    operator.post(f"{path}recipients/", f"phone\n{ANNA}\n", content_type="text/csv")
    body = json.dumps([{"address": ANNA}]).encode()

    answer = operator.generic("POST", f"{path}recipients/?mode=replace", body, content_type=kind)

    assert answer.status_code == 415
    assert "text/csv, application/csv" in answer.json()["detail"]
    assert "application/x-ndjson" in answer.json()["detail"]
    assert operator.get(f"{path}recipients/").json() == {"recipients": 1}


def test_a_bad_line_is_told_in_the_caller_s_language(operator, path):
    taken = operator.post(
        f"{path}recipients/",
        "phone,name\n1,2,3\n",
        content_type="text/csv",
        headers={"Accept-Language": "it"},
    ).json()

    told = "Ha 3 valori per 2 colonne: mettere tra virgolette ciò che contiene «,»."
    assert taken["bad"] == [{"line": 2, "detail": told}]
    assert Upload.objects.get().bad[0]["detail"].startswith("It has 3 values for 2 columns")


def test_the_query_says_how_a_table_is_read(operator, path):
    where = f"{path}recipients/?mode=replace&delimiter=pipe&address=b&reference=a"
    for _ in range(2):
        assert operator.post(where, "a|b\n1|2\n", content_type="text/csv").status_code == 200
    assert operator.get(f"{path}recipients/").json() == {"recipients": 1}

    wrong = operator.post(f"{path}recipients/?delimiter=dot", "a\n", content_type="text/csv")
    assert (wrong.status_code, list(wrong.json())) == (400, ["delimiter"])


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        ("a,b\n1,2\n", "text/csv", 400),
        ("", "text/csv", 400),
        ("a=b", "application/x-www-form-urlencoded", 415),
    ],
)
def test_a_body_that_is_no_target_is_refused(operator, path, body, kind, code):
    answer = operator.post(f"{path}recipients/", body, content_type=kind)

    assert (answer.status_code, list(answer.json())) == (code, ["detail"])


def test_recipients_can_be_removed(operator, path):
    operator.post(f"{path}recipients/", f"phone\n{ANNA}\n", content_type="text/csv")

    assert operator.delete(f"{path}recipients/").status_code == 204
    assert operator.get(f"{path}recipients/").json() == {"recipients": 0}


def test_what_is_not_possible_is_a_conflict_with_its_reason(operator, path):
    refused = operator.post(f"{path}prepare/")
    assert refused.status_code == 409
    assert refused.json() == {"detail": "The delivery has no recipients: give them first."}
    assert operator.get(f"{path}prepare/").status_code == 404
    assert operator.delete(f"{path}prepare/").status_code == 409

    operator.post(f"{path}recipients/", f"phone\n{ANNA}\n", content_type="text/csv")
    operator.post(f"{path}prepare/")
    again = operator.post(f"{path}recipients/", f"phone\n{ANNA}\n", content_type="text/csv")
    assert again.status_code == 409
    assert operator.delete(f"{path}prepare/").status_code == 202


def test_marketers_read_only(marketer, path):
    assert marketer.get(f"{path}recipients/").status_code == 200
    assert marketer.post(f"{path}recipients/", "a", content_type="text/csv").status_code == 403
    assert marketer.post(f"{path}prepare/").status_code == 403


def test_typologies_are_made_changed_and_tried(admin, path):
    operator_path = f"{path}recipients/"
    admin.post(operator_path, f"phone\n{ANNA}\n+447400123456\n", content_type="text/csv")
    made = admin.post(
        "/api/v1/typologies/",
        {"name": "Italy", "rules": {"countries": ["IT"]}},
        content_type="application/json",
    )
    assert (made.status_code, made.json()["version"]) == (201, 1)
    own = f"/api/v1/typologies/{made.json()['id']}/"

    tried = admin.post(
        f"{own}dry-run/", {"delivery": path.split("/")[-2]}, content_type="application/json"
    ).json()
    assert (tried["targeted"], tried["excluded"], tried["to_send"]) == (2, 1, 1)
    assert tried["exclusions"] == [
        {
            "reason": "excluded_by_rule",
            "rule": "allowed countries",
            "count": 1,
            "warns": False,
        }
    ]
    assert not Exclusion.objects.exists()

    rules = {"rules": {"size_limit": 5}}
    changed = admin.patch(own, rules, content_type="application/json").json()
    assert (changed["version"], changed["rules"]["size_limit"]) == (2, 5)
    shown = admin.get(own).json()
    assert [version["version"] for version in shown["versions"]] == [1]
    assert [row["name"] for row in admin.get("/api/v1/typologies/").json()["results"]] == [
        "Italy",
        "Standard",
    ]


def test_rules_that_cannot_be_are_told_by_name(admin, operator):
    wrong = {"name": "X", "rules": {"size_limit": "many"}}
    answer = admin.post("/api/v1/typologies/", wrong, content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (400, ["size_limit"])

    own = f"/api/v1/typologies/{Typology.objects.get().pk}/"
    rules = {"rules": {}}
    assert operator.patch(own, rules, content_type="application/json").status_code == 403


@pytest.mark.parametrize("role", ["operator", "marketer"])
def test_who_does_not_manage_typologies_reads_their_names_and_versions(request, role):
    caller = request.getfixturevalue(role)
    targets.rules(countries=["IT"])
    row = Typology.objects.get()
    nothing = {"rules": None, "made_at": None, "made_by": None}
    known = {"id": str(row.pk), "name": "Standard"}

    (listed,) = caller.get("/api/v1/typologies/").json()["results"]
    shown = caller.get(f"/api/v1/typologies/{row.pk}/").json()

    assert listed == known | nothing | {"version": 2}
    assert shown == listed | {"versions": [known | nothing | {"version": 1}]}
