"""How each provider is handed a message, and what its answers mean: translation alone."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from messaging.failures import FailureClass
from providers import registry, submissions, submitting
from providers.base import BadCredentials
from providers.submissions import Accepted, Blocked, Later, Refused, Reply, Text, Unclear

TEXT = Text(
    reference="m-1",
    address="+393330000001",
    sender="AURORA",
    text="Ciao & già",
    callback_url="https://us.example/callbacks/t/?message=m-1",
    seconds=7_200,
)
FULL = {
    "twilio": {"account_sid": "AC1", "auth_token": ["new", "old"]},
    "vonage": {"api_key": "k", "api_secret": "s"},
    "sinch": {"service_plan_id": "p/1", "api_token": "t"},
    "infobip": {"api_key": "k", "base_url": "https://x.api.infobip.com/"},
    "messagebird": {"access_key": "k"},
    "plivo": {"auth_id": "MA1", "auth_token": "t"},
    "telnyx": {"api_key": "k", "messaging_profile_id": "prof"},
    "kannel": {"username": "u", "password": "p&w", "base_url": "http://10.0.0.5:13013"},
    "jasmin": {"username": "u", "password": "p", "base_url": "http://10.0.0.5:1401"},
    "generic": {"send_url": "https://sms.example/send", "send_key": "Bearer k"},
    "simulator": {"secret": "s"},
}


def basic(pair):
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def asked(kind, message=TEXT, **credentials):
    return registry.submitter(kind, FULL[kind] | credentials).submission(message)


def answered(kind, status, said, message=TEXT, **credentials):
    body = said.encode() if isinstance(said, str) else json.dumps(said).encode()
    submitter = registry.submitter(kind, FULL[kind] | credentials)
    return submitter.submitted(Reply(status, {}, body), message)


JSON_REQUESTS = {
    "vonage": (
        "https://api.nexmo.com/v1/messages",
        basic("k:s"),
        {
            "message_type": "text",
            "channel": "sms",
            "to": "393330000001",
            "from": "AURORA",
            "text": "Ciao & già",
            "client_ref": "m-1",
            "ttl": 7_200,
            "webhook_url": TEXT.callback_url,
            "webhook_version": "v1",
        },
    ),
    "sinch": (
        "https://us.sms.api.sinch.com/xms/v1/p%2F1/batches",
        {"Authorization": "Bearer t"},
        {
            "from": "AURORA",
            "to": ["393330000001"],
            "body": "Ciao & già",
            "delivery_report": "per_recipient",
            "callback_url": TEXT.callback_url,
            "client_reference": "m-1",
        },
    ),
    "infobip": (
        "https://x.api.infobip.com/sms/3/messages",
        {"Authorization": "App k"},
        {
            "messages": [
                {
                    "sender": "AURORA",
                    "destinations": [{"to": "393330000001", "messageId": "m-1"}],
                    "content": {"text": "Ciao & già"},
                    "webhooks": {"delivery": {"url": TEXT.callback_url}},
                    "options": {"validityPeriod": {"amount": 120, "timeUnit": "MINUTES"}},
                }
            ]
        },
    ),
    "messagebird": (
        "https://rest.messagebird.com/messages",
        {"Authorization": "AccessKey k"},
        {
            "originator": "AURORA",
            "recipients": ["393330000001"],
            "body": "Ciao & già",
            "datacoding": "plain",
            "reference": "m-1",
            "reportUrl": TEXT.callback_url,
            "validity": 7_200,
        },
    ),
    "plivo": (
        "https://api.plivo.com/v1/Account/MA1/Message/",
        basic("MA1:t"),
        {
            "src": "AURORA",
            "dst": "393330000001",
            "text": "Ciao & già",
            "url": TEXT.callback_url,
            "method": "POST",
            "message_expiry": 7_200,
        },
    ),
    "telnyx": (
        "https://api.telnyx.com/v2/messages",
        {"Authorization": "Bearer k"},
        {
            "from": "AURORA",
            "to": "+393330000001",
            "text": "Ciao & già",
            "webhook_url": TEXT.callback_url,
            "use_profile_webhooks": False,
            "messaging_profile_id": "prof",
        },
    ),
    "generic": (
        "https://sms.example/send",
        {"Authorization": "Bearer k"},
        {
            "to": "+393330000001",
            "from": "AURORA",
            "text": "Ciao & già",
            "reference": "m-1",
            "callback_url": TEXT.callback_url,
        },
    ),
    "simulator": (
        "/simulator/messages/",
        {},
        {
            "to": "+393330000001",
            "from": "AURORA",
            "text": "Ciao & già",
            "reference": "m-1",
            "callback_url": TEXT.callback_url,
        },
    ),
}


def test_every_file_of_sending_belongs_to_a_kind():
    kinds = {kind for kind in registry.PROVIDERS if registry.sends(kind)}

    assert kinds == set(FULL)
    assert {kind for kind in registry.PROVIDERS if registry.get(kind).submitter} == kinds


@pytest.mark.parametrize("kind", sorted(JSON_REQUESTS))
def test_a_message_is_handed_over_as_the_provider_documents_it(kind):
    url, headers, said = JSON_REQUESTS[kind]

    request = asked(kind)

    assert (request.method, request.url, json.loads(request.body)) == ("POST", url, said)
    assert headers.items() <= request.headers.items()
    assert request.headers["Content-Type"] == "application/json"


def test_a_form_is_posted_under_the_newest_token():
    request = asked("twilio")

    assert request.url == "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json"
    assert request.headers["Authorization"] == basic("AC1:new")["Authorization"]
    assert {name: values[0] for name, values in parse_qs(request.body.decode()).items()} == {
        "To": "+393330000001",
        "From": "AURORA",
        "Body": "Ciao & già",
        "StatusCallback": TEXT.callback_url,
        "ValidityPeriod": "7200",
    }


def test_a_messaging_service_stands_in_the_place_of_a_sender():
    request = asked("twilio", TEXT._replace(seconds=100_000), messaging_service_sid="MG123")

    fields = parse_qs(request.body.decode())
    assert (fields["MessagingServiceSid"], fields["ValidityPeriod"]) == (["MG123"], ["36000"])
    assert "From" not in fields


def test_a_sender_whose_name_begins_as_a_messaging_service_does_is_a_sender():
    request = asked("twilio", TEXT._replace(sender="MGM Resorts"))

    assert parse_qs(request.body.decode())["From"] == ["MGM Resorts"]


def test_the_dlr_url_names_the_message_and_asks_for_what_is_read():
    request = asked("kannel", error_key="e", id_key="mid")

    fields = parse_qs(urlsplit(request.url).query)
    assert (request.method, request.body) == ("GET", b"")
    assert fields["text"] == ["Ciao & già"]
    assert (fields["coding"], fields["charset"], fields["validity"]) == (["0"], ["UTF-8"], ["120"])
    assert (fields["username"], fields["password"], fields["dlr-mask"]) == (["u"], ["p&w"], ["31"])
    assert fields["dlr-url"] == [f"{TEXT.callback_url}&mid=m-1&status=%d&smsc_reply=%A&ts=%T&to=%P"]
    plain = TEXT._replace(callback_url="https://us.example/t/", unicode=True)
    fields = parse_qs(urlsplit(asked("kannel", plain).url).query)
    assert fields["coding"] == ["2"]
    assert fields["dlr-url"] == ["https://us.example/t/?id=m-1&status=%d&smsc_reply=%A&ts=%T&to=%P"]


def test_what_gsm_cannot_write_goes_as_utf_16():
    plain = parse_qs(asked("jasmin").body.decode())
    wide = parse_qs(asked("jasmin", TEXT._replace(text="Ж", unicode=True)).body.decode())

    assert (plain["coding"], plain["content"]) == (["0"], ["Ciao & già"])
    assert (wide["coding"], wide["hex-content"]) == (["8"], ["0416"])
    assert plain["dlr-url"] == [TEXT.callback_url]


def test_the_generic_one_calls_everything_as_the_account_says():
    request = asked(
        "generic",
        send_as="form",
        send_header="X-Key",
        send_fields={"to": "recipient", "callback": "dlr"},
    )

    assert request.headers["X-Key"] == "Bearer k"
    fields = parse_qs(request.body.decode())
    assert fields["recipient"] == ["+393330000001"]
    assert fields["dlr"] == [TEXT.callback_url]
    assert asked("generic", send_key="").headers.keys() == {"Content-Type", "Accept"}


def test_without_a_profile_none_is_named():
    said = json.loads(asked("telnyx", messaging_profile_id="").body)

    assert "messaging_profile_id" not in said


def test_another_address_of_the_api_takes_the_place_of_the_usual_one():
    request = asked("vonage", base_url="http://127.0.0.1:9/")

    assert request.url == "http://127.0.0.1:9/v1/messages"


TAKEN = [
    ("twilio", 201, {"sid": "SM1", "status": "queued"}, "SM1"),
    ("vonage", 202, {"message_uuid": "u-1"}, "u-1"),
    ("sinch", 201, {"id": "01"}, "01"),
    ("infobip", 200, {"messages": [{"messageId": "m-1", "status": {"groupId": 1}}]}, "m-1"),
    ("infobip", 200, {"messages": [{"status": "?"}]}, "m-1"),
    ("messagebird", 201, {"id": "mb"}, "mb"),
    ("plivo", 202, {"message_uuid": ["p1"]}, "p1"),
    ("telnyx", 200, {"data": {"id": "t1"}}, "t1"),
    ("kannel", 202, "0: Accepted for delivery", "m-1"),
    ("kannel", 202, "3: Queued for later delivery", "m-1"),
    ("jasmin", 200, 'Success "j-1"', "j-1"),
    ("generic", 200, {"id": 17}, "17"),
    ("simulator", 202, {"id": "SIM1"}, "SIM1"),
]


@pytest.mark.parametrize(("kind", "status", "said", "identifier"), TAKEN)
def test_an_answer_of_success_names_the_message(kind, status, said, identifier):
    assert answered(kind, status, said) == Accepted((identifier,))


@pytest.mark.parametrize("kind", sorted(set(FULL) - {"jasmin"}))
@pytest.mark.parametrize("said", ["", "[]", '{"data": 1}', '{"id": {}}', '{"id": true}', "<p>"])
def test_a_success_that_cannot_be_read_leaves_a_doubt(kind, said):
    assert isinstance(answered(kind, 200, said), Unclear)


def test_an_id_longer_than_can_be_kept_leaves_a_doubt():
    assert isinstance(answered("sinch", 201, {"id": "x" * 256}), Unclear)


def test_the_generic_one_may_know_messages_by_our_reference_or_elsewhere():
    assert answered("generic", 200, "thanks", send_id="-") == Accepted(("m-1",))
    assert answered("generic", 200, {"a": [{"b": "c"}]}, send_id="a.0.b") == Accepted(("c",))


REFUSED = [
    ("twilio", 400, {"code": 21211, "message": "Invalid 'To'"}, Refused("21211", "Invalid 'To'")),
    ("twilio", 403, {"code": 21408, "message": "no region"}, Refused("21408", "no region")),
    (
        "vonage",
        422,
        {"type": "https://developer.vonage.com/api-errors/messages#1120", "detail": "sender"},
        Refused("1120", "sender"),
    ),
    ("vonage", 422, {"title": "Bad"}, Refused("Bad", "Bad")),
    (
        "sinch",
        400,
        {"code": "syntax_invalid_parameter_format", "text": "to"},
        Refused("syntax_invalid_parameter_format", "to"),
    ),
    (
        "infobip",
        200,
        {"messages": [{"messageId": "m-1", "status": {"groupId": 5, "id": 12, "name": "NO"}}]},
        Refused("status 12", "NO"),
    ),
    (
        "infobip",
        400,
        {"requestError": {"serviceException": {"messageId": "BAD_REQUEST", "text": "t"}}},
        Refused("BAD_REQUEST", "t"),
    ),
    ("infobip", 400, {"errorCode": "E400", "description": "d"}, Refused("E400", "d")),
    (
        "messagebird",
        422,
        {"errors": [{"code": 10, "description": "recipient"}]},
        Refused("10", "recipient"),
    ),
    ("plivo", 400, {"error": "dst is invalid"}, Refused("400", "dst is invalid")),
    (
        "telnyx",
        400,
        {"errors": [{"code": "40310", "title": "Invalid 'to'"}]},
        Refused("40310", "Invalid 'to'"),
    ),
    ("telnyx", 403, {"errors": [{"code": "40300", "detail": "stop"}]}, Refused("40300", "stop")),
    ("kannel", 404, "Not routable.", Refused("404", "Not routable.")),
    ("jasmin", 412, 'Error "No route found"', Refused("412", "No route found")),
    ("jasmin", 403, 'Error "Authorization failed"', Refused("403", "Authorization failed")),
    ("jasmin", 400, "nonsense", Refused("400", "nonsense")),
    ("generic", 422, {"code": "E1"}, Refused("E1", '{"code": "E1"}')),
    ("simulator", 400, {"code": "101", "text": "to: no number"}, Refused("101", "to: no number")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "status", "said", "outcome"), REFUSED)
def test_a_refusal_is_kept_as_the_provider_says_it(kind, status, said, outcome):
    assert answered(kind, status, said) == outcome


OF_ACCOUNT = [
    ("twilio", 401, {"code": 20003, "message": "Authenticate"}),
    ("twilio", 404, ""),
    ("vonage", 401, {"title": "Unauthorized"}),
    ("vonage", 402, {"title": "Low balance"}),
    ("sinch", 403, {"code": "forbidden"}),
    ("infobip", 401, {}),
    ("messagebird", 401, {"errors": [{"code": 2, "description": "key"}]}),
    ("messagebird", 422, {"errors": [{"code": 25, "description": "balance"}]}),
    ("plivo", 401, {"error": "auth"}),
    ("telnyx", 401, {"errors": [{"code": "10009"}]}),
    ("telnyx", 400, {"errors": [{"code": "40312"}]}),
    ("kannel", 403, "Authorization failed for sendsms"),
    ("jasmin", 403, 'Error "Authentication failure for username:u"'),
    ("jasmin", 404, "no such page"),
    ("generic", 301, ""),
    ("simulator", 401, {"text": "signature"}),
]


@pytest.mark.parametrize(("kind", "status", "said"), OF_ACCOUNT)
def test_what_would_meet_every_message_is_the_fault_of_the_account(kind, status, said):
    assert isinstance(answered(kind, status, said), Blocked)


@pytest.mark.parametrize("kind", sorted(FULL))
def test_too_many_requests_were_not_taken_and_go_again(kind):
    reply = Reply(429, {"Retry-After": "7"}, b"")

    outcome = registry.submitter(kind, FULL[kind]).submitted(reply, TEXT)

    assert isinstance(outcome, Later)
    assert outcome.seconds == 7


@pytest.mark.parametrize(("asked", "seconds"), [("", None), ("soon", None), ("99999", 900)])
def test_who_asks_for_a_pause_that_is_none_or_too_long_gets_ours(asked, seconds):
    reply = Reply(429, {"retry-after": asked}, b"")

    assert registry.submitter("sinch", FULL["sinch"]).submitted(reply, TEXT).seconds == seconds


def test_only_who_documents_it_says_try_again_with_a_503():
    assert isinstance(answered("kannel", 503, "Temporal failure, try again later."), Later)
    assert isinstance(answered("jasmin", 403, 'Error "User throughput exceeded"'), Later)
    assert isinstance(answered("sinch", 503, ""), Unclear)


@pytest.mark.parametrize("kind", sorted(FULL))
@pytest.mark.parametrize("status", [408, 409, 500, 502, 504])
def test_a_server_in_trouble_leaves_a_doubt(kind, status):
    assert isinstance(answered(kind, status, ""), Unclear)


def test_what_is_kept_of_an_answer_is_short_and_fit_for_the_database():
    outcome = answered("plivo", 400, {"error": "a\0b\n" + "x" * 900})

    assert outcome.text.startswith("ab x")
    assert len(outcome.text) == submissions.LONGEST_TEXT


def test_an_account_that_cannot_send_says_what_it_needs():
    with pytest.raises(registry.CannotSend, match="account_sid"):
        registry.submitter("twilio", {"auth_token": "t"})
    with pytest.raises(registry.CannotSend, match="cannot be sent"):
        registry.submitter("clickatell", {})


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("vonage", "base_url", "api.nexmo.com"),
        ("kannel", "base_url", "http://a b"),
        ("generic", "send_url", "ftp://x"),
        ("generic", "send_as", "xml"),
        ("generic", "send_fields", "whom=to"),
        ("generic", "send_header", "X Key"),
        ("simulator", "speed", "0"),
        ("simulator", "silent", "101"),
    ],
)
def test_a_credential_that_cannot_work_is_named(kind, name, value):
    with pytest.raises(BadCredentials) as caught:
        registry.get(kind).check_credentials({name: value})

    assert list(caught.value.errors) == [name]


@pytest.mark.parametrize("kind", sorted(FULL))
def test_what_is_full_is_taken(kind):
    registry.get(kind).check_credentials(FULL[kind])


def test_a_code_that_stands_in_no_table_fails_for_no_known_reason():
    assert registry.get("twilio").failure_of("21211") is FailureClass.USER_UNKNOWN
    assert registry.get("twilio").failure_of("400") is FailureClass.UNDEFINED


def test_the_base_of_all_asks_for_what_a_kind_has_to_say():
    bare = submissions.Submitter({})

    for ask in (
        lambda: bare.submission(TEXT),
        lambda: bare.ids(Reply(200, {}, b""), TEXT),
        lambda: bare.refusal(Reply(400, {}, b"")),
    ):
        with pytest.raises(NotImplementedError):
            ask()
    assert submitting.__doc__
