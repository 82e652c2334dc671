"""What Kannel, Jasmin and SMPP gateways have in common and what tells them apart."""

from urllib.parse import quote

import pytest

from messaging.statuses import Evidence
from providers import registry
from providers.base import BadCredentials, BadPayload, Callback
from tests.providers.recorded import NOON, URL

RECEIPT = "id:7 sub:001 dlvrd:001 submit date:2405011200 done date:2405011205 stat:DELIVRD err:000"
DELIVERED = {
    "kannel": Callback("GET", f"{URL}?id=7&status=1", {}, b"", NOON),
    "jasmin": Callback("GET", f"{URL}?id=7&message_status=DELIVRD", {}, b"", NOON),
    "smpp": Callback("POST", URL, {"content-type": "text/plain"}, RECEIPT.encode(), NOON),
}


@pytest.mark.parametrize("kind", DELIVERED)
def test_the_token_in_the_url_is_the_proof(kind):
    registry.get(kind).verify(DELIVERED[kind], {})


@pytest.mark.parametrize("kind", DELIVERED)
def test_the_same_receipt_is_the_same_evidence_whoever_hands_it_on(kind):
    reports = registry.get(kind).reports(DELIVERED[kind], {})

    assert [report.evidence for report in reports] == [Evidence.CARRIER]


def test_jasmin_wants_an_answer_of_its_own():
    bodies = {kind: registry.get(kind).success_body for kind in ("kannel", "jasmin", "smpp")}

    assert bodies == {"kannel": "", "jasmin": "ACK/Jasmin", "smpp": ""}


@pytest.mark.parametrize("kind", DELIVERED)
@pytest.mark.parametrize("zone", ["Europe/Rom", "/etc/passwd", "../x", "Europe", " "])
def test_a_time_zone_that_does_not_exist_is_refused_by_name(kind, zone):
    with pytest.raises(BadCredentials, match="timezone: There is no such time zone"):
        registry.get(kind).check_credentials({"timezone": zone})


@pytest.mark.parametrize("kind", DELIVERED)
def test_a_time_zone_that_exists_is_taken(kind):
    registry.get(kind).check_credentials({"timezone": "Europe/Rome"})


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("(", "Not a regular expression: missing ) at position 1"),
        ("id", "Put the value in parentheses: the first group is taken."),
        (
            "(a{99999999999999999999})",
            "Not a regular expression: repeat count too big at position 3",
        ),
    ],
)
@pytest.mark.parametrize("name", ["id_regex", "status_regex", "error_regex"])
def test_a_wrong_pattern_is_refused_by_name(name, pattern, fault):
    with pytest.raises(BadCredentials) as refused:
        registry.get("smpp").check_credentials({name: pattern})

    assert {key: str(text) for key, text in refused.value.errors.items()} == {name: fault}


def test_good_patterns_and_conversions_are_taken():
    registry.get("smpp").check_credentials(
        {"id_regex": r"id=(\d+)", "status_regex": "", "id_conversion": "hex_to_decimal"}
    )


def test_a_pattern_that_takes_for_ever_is_stopped_and_named():
    body = b"id:" + b"a" * 80 + b"! stat:DELIVRD"
    callback = Callback("POST", URL, {"Content-Type": "text/plain"}, body, NOON)

    with pytest.raises(BadPayload, match="id_regex: the pattern takes too long to read this text"):
        list(registry.get("smpp").reports(callback, {"id_regex": "id:((?:a|aa)+)$"}))


def test_an_unknown_conversion_is_refused():
    with pytest.raises(BadCredentials, match="id_conversion: Give hex_to_decimal"):
        registry.get("smpp").check_credentials({"id_conversion": "octal"})


@pytest.mark.parametrize(
    ("kind", "code", "title"),
    [
        ("kannel", "0x0000000b", "The recipient's number is invalid"),
        ("kannel", "0x00000999", "An operator's own error code"),
        ("kannel", "", "A code that is not in our table"),
        ("jasmin", "ESME_RTHROTTLED", "Messages were sent too fast"),
        ("jasmin", "ESME_RNEW", "A code that is not in our table"),
        ("jasmin", "001", "An operator's own error code"),
        ("smpp", "001", "An operator's own error code"),
        ("smpp", "", "A code that is not in our table"),
    ],
)
def test_codes_are_explained(kind, code, title):
    assert str(registry.get(kind).explain(code).title) == title


@pytest.mark.parametrize("time", ["0001-01-01 00:00", "9999-12-31 23:59"])
def test_a_date_that_no_zone_can_hold_is_none(time):
    callback = Callback("GET", f"{URL}?id=7&status=1&t={quote(time)}", {}, b"", NOON)

    (report,) = registry.get("kannel").reports(callback, {"timezone": "Asia/Tokyo"})

    assert report.occurred_at is None
