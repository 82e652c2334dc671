"""What e-mail providers have in common: proofs, batches, and how their events are judged."""

import base64
import hashlib
import json
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from messaging.failures import FailureClass
from messaging.reports import InboundReport
from providers import mail_codes, mail_events, registry
from providers.base import (
    BadCredentials,
    BadPayload,
    BadSignature,
    Callback,
    CannotConfirm,
    Unauthenticated,
)
from providers.codes import UNLISTED
from providers.mail import MailProvider
from tests.providers import recorded

MAIL = [kind for kind in registry.PROVIDERS if registry.channel(kind) == "email"]
WITHOUT_SECRETS = json.loads(
    (recorded.HERE / "signatures" / "email_without_secrets.json").read_text()
)
TOPIC = "arn:aws:sns:us-west-2:123456789012:mail"


def callback(body, *, method="POST", **headers):
    said = {"Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Callback(method, recorded.URL, said, body, recorded.NOON)


def read(kind, body):
    return list(registry.get(kind).reports(callback(body), {}))


def basic(pair):
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


@pytest.mark.parametrize("case", WITHOUT_SECRETS, ids=lambda case: case["kind"])
def test_without_a_secret_the_secret_address_is_the_proof_where_nothing_else_is_owed(case):
    provider = registry.get(case["kind"])

    assert not provider.is_signed({})
    if case["valid"]:
        provider.verify(recorded.request(case), {})
        return
    with pytest.raises(BadSignature):
        provider.verify(recorded.request(case), {})


@pytest.mark.parametrize("kind", MAIL)
def test_user_and_password_are_asked_for_before_anything_else(kind):
    credentials = {"webhook_secret": ["anna:1", "berta:2"]}
    provider = registry.get(kind)

    with pytest.raises(Unauthenticated):
        provider.verify(callback({}), credentials)
    for wrong in (basic("anna:2"), "Bearer x", "Basic", "Basic !", "é"):
        with pytest.raises(BadSignature) as refused:
            provider.verify(callback({}, authorization=wrong), credentials)
        assert not isinstance(refused.value, Unauthenticated)
    assert provider.is_signed(credentials)


@pytest.mark.parametrize("kind", MAIL)
def test_user_and_password_have_a_colon_between_them(kind):
    provider = registry.get(kind)

    provider.check_credentials({"webhook_secret": ["a:b", "c:d"]})
    with pytest.raises(BadCredentials, match="webhook_secret: Write user and password"):
        provider.check_credentials({"webhook_secret": "a"})


@pytest.mark.parametrize("kind", MAIL)
def test_credentials_may_be_named_as_anymail_s_settings(kind):
    provider = registry.get(kind)

    for field in provider.credential_fields:
        long = f"{kind}_{field.name}"
        for name in (field.name, field.name.upper(), long, f"ANYMAIL_{long}".upper()):
            named = provider.named({name: "x", "verify": "none"})
            assert named == {field.name: "x", "verify": "none"} | (
                {"webhook_signing_key": "x"}
                if field.name == "api_key" and kind == "mailgun"
                else {}
            )
    with pytest.raises(BadCredentials):
        provider.check_credentials(provider.named({"other": "x"}))


def test_an_elliptic_key_signs_time_and_body():
    key = ec.generate_private_key(ec.SECP256R1())
    credentials = {"tracking_webhook_verification_key": [public(key), "no key"]}
    proof = base64.b64encode(key.sign(b"1[]", ec.ECDSA(hashes.SHA256()))).decode()
    headers = {
        "x_twilio_email_event_webhook_signature": proof,
        "x_twilio_email_event_webhook_timestamp": "1",
    }
    provider = registry.get("sendgrid")

    provider.verify(callback(b"[]", **headers), credentials)
    with pytest.raises(BadSignature):
        provider.verify(callback(b"[ ]", **headers), credentials)
    with pytest.raises(BadSignature):
        provider.verify(callback(b"[]", **headers), {**credentials, provider.key: rsa_key()[1]})
    assert provider.sign(callback(b"[]"), credentials) is None


def test_an_rsa_key_signs_the_body():
    key, spelled = rsa_key()
    proof = base64.b64encode(key.sign(b"{}", padding.PKCS1v15(), hashes.SHA1())).decode()
    provider = registry.get("postal")

    provider.verify(callback(b"{}", x_postal_signature=proof), {"webhook_key": ["no", spelled]})
    with pytest.raises(BadSignature):
        provider.verify(callback(b"{ }", x_postal_signature=proof), {"webhook_key": spelled})


def rsa_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key, public(key)


def public(key):
    spelled = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return "\n".join(spelled.decode().splitlines()[1:-1])


def test_a_form_of_before_is_signed_among_its_fields():
    provider = registry.get("mailgun")
    posted = callback(b"timestamp=1&token=t&signature=x")
    posted.headers = {"Content-Type": "application/x-www-form-urlencoded"}

    with pytest.raises(BadSignature, match="does not match"):
        provider.verify(posted, {"webhook_signing_key": "k"})
    posted.headers = {"Content-Type": "multipart/form-data; boundary=é"}
    with pytest.raises(BadSignature, match="not a form"):
        provider.verify(posted, {"webhook_signing_key": "k"})


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"auth": 5}', b'{"auth": {}}', b""])
def test_a_body_without_its_proof_is_refused(body):
    with pytest.raises(BadSignature):
        registry.get("unisender_go").verify(callback(body), {"api_key": "k"})


def test_a_proof_in_the_body_covers_the_body():
    body = b'{"auth":"%s","x":1}'
    proof = hashlib.md5(body % b"k", usedforsecurity=False).hexdigest().encode()
    provider = registry.get("unisender_go")

    provider.verify(callback(body % proof), {"api_key": ["other", "k"]})
    with pytest.raises(BadSignature):
        provider.verify(callback(body.replace(b"1", b"2") % proof), {"api_key": "k"})


@pytest.mark.parametrize(
    ("kind", "posted"),
    [
        ("mandrill", callback(b"", method="HEAD")),
        ("mandrill", callback(b"mandrill_events=%5B%5D")),
        ("unisender_go", callback(b"", method="GET")),
    ],
)
def test_the_question_whether_anybody_is_there_is_known(kind, posted):
    provider = registry.get(kind)

    assert posted.method in provider.methods
    assert provider.is_probe(posted)
    assert not provider.is_probe(callback(b"x=1"))


def test_a_topic_is_proven_by_sns_where_it_is_named():
    provider = registry.get("amazon_ses")
    posted = callback({"Type": "Notification", "TopicArn": "another"})

    with pytest.raises(BadSignature, match="TopicArn"):
        provider.verify(posted, {"topic_arns": TOPIC})
    assert provider.sign(posted, {"topic_arns": TOPIC}) is None
    with pytest.raises(BadSignature, match="not valid JSON"):
        provider.verify(callback(b"x"), {})
    with pytest.raises(BadSignature, match="x-amz-sns-message-type: missing"):
        provider.verify(posted, {})


def test_a_subscription_waits_for_an_administrator(monkeypatch):
    provider = registry.get("amazon_ses")
    asked = callback({"Type": "SubscriptionConfirmation", "TopicArn": TOPIC, "Token": "t"})
    called = []
    monkeypatch.setattr(type(provider), "fetch", staticmethod(lambda *to: called.append(to)))

    assert list(provider.reports(asked, {})) == []
    confirmation = provider.subscription(asked)
    provider.confirm(confirmation, {"topic_arns": TOPIC})

    assert [host for host, _path in called] == ["sns.us-west-2.amazonaws.com"]
    with pytest.raises(CannotConfirm):
        provider.confirm(confirmation, {})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("brevo", {"items": []}),
        ("postmark", {"FromFull": {}}),
        ("mailersend", {"type": "inbound.message"}),
        ("postal", {"rcpt_to": "a"}),
        ("sparkpost", [{"msys": {"relay_message": {}}}]),
        ("mailtrap", {"events": [{"event": "inbound"}]}),
    ],
)
def test_a_received_e_mail_is_told_that_it_is_in_the_wrong_place(kind, body):
    with pytest.raises(BadPayload, match="a received e-mail; only what became of sent ones"):
        read(kind, body)


@pytest.mark.parametrize("word", ["unsubscribe", "unsubscribed"])
def test_an_unsubscription_at_brevo_is_a_wish_however_it_is_spelled(word):
    body = {"event": word, "email": "a@example.com", "message-id": "<1>", "ts_epoch": 1767268800000}

    (report,) = read("brevo", body)

    assert (report.status, report.failure) == (None, FailureClass.OPTED_OUT)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"x", "body: not valid JSON"),
        ({}, "event: missing"),
        ([5], r"body: not an event as the provider documents it \(TypeError\)"),
    ],
)
def test_a_callback_that_cannot_be_read_says_why(body, cause):
    with pytest.raises(BadPayload, match=cause):
        read("mailjet", body)


GOOD = {
    "sendgrid": {"event": "delivered", "smtp-id": "1"},
    "mailjet": {"event": "sent", "MessageID": 1},
    "mailtrap": {"event": "delivery", "message_id": "1", "timestamp": 1},
    "unisender_go": {"event_name": "transactional_email_status", "event_data": {
        "status": "delivered", "job_id": "1", "email": "a", "event_time": "2026-01-01 12:00:00"}},
    "mandrill": {"event": "delivered", "_id": "1"},
}  # fmt: skip


def batch(kind, events):
    if kind == "mandrill":
        posted = callback(urlencode({"mandrill_events": json.dumps(events)}).encode())
        posted.headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return posted
    wrapped = {
        "mailtrap": {"events": events},
        "unisender_go": {"events_by_user": [{"events": events}]},
    }
    return callback(wrapped.get(kind, events))


@pytest.mark.parametrize("kind", GOOD)
def test_a_bad_event_does_not_keep_the_good_ones_of_its_batch_from_being_read(kind):
    bad = {"unisender_go": {"event_name": "transactional_email_status"}, "mandrill": 5}
    posted = batch(kind, [GOOD[kind], bad.get(kind, {}), GOOD[kind]])
    reports = []

    with pytest.raises(BadPayload, match=r"^\[1\] "):
        reports.extend(registry.get(kind).reports(posted, {}))

    assert [report.status.api_name for report in reports] == ["delivered", "delivered"]


def test_a_wish_of_nobody_cannot_be_read():
    with pytest.raises(BadPayload, match="recipient: missing"):
        read("sparkpost", [{"msys": {"unsubscribe_event": {"type": "list_unsubscribe"}}}])


def test_a_wish_about_no_message_names_the_address():
    event = {"type": "list_unsubscribe", "raw_rcpt_to": "a@example.org"}

    [wish] = read("sparkpost", [{"msys": {"unsubscribe_event": event}}])

    assert isinstance(wish, InboundReport)
    assert (wish.address, wish.keyword, wish.channel) == ("a@example.org", "STOP", "email")


@pytest.mark.parametrize(
    ("text", "code", "is_temporary", "row"),
    [
        ("550 5.1.1 no such user", "5.1.1", False, mail_codes.UNKNOWN),
        ("smtp; 452 4.2.2 full", "4.2.2", True, mail_codes.FULL),
        ("552 too much", "552", False, mail_codes.FULL),
        ("550 5.5.0 not taken", "5.5.0", False, None),
        ("554 blocked by a blocklist", "554", False, mail_codes.REFUSED),
        ("554 5.0.0 spam", "5.0.0", False, mail_codes.REFUSED),
        ("450 later", "450", True, None),
        ("10.0.5.1.1 is 15.1.1", "", False, None),
        ("nothing", "", False, None),
    ],
)
def test_an_answer_of_a_mail_server_is_read_by_its_code(text, code, is_temporary, row):
    assert mail_codes.answer(text) == (code, is_temporary, row)


def bounce(**said):
    event = {"email": "a@example.org", "event": "bounce", "smtp-id": "1", "timestamp": 1}
    [report] = read("sendgrid", [event | said])
    return report.code, report.failure


@pytest.mark.parametrize(
    ("said", "code", "failure"),
    [
        ({"reason": "550 5.1.1 no", "type": "bounce"}, "5.1.1", FailureClass.USER_UNKNOWN),
        ({"reason": "550 5.1.1 no", "type": "blocked"}, "5.1.1", FailureClass.UNREACHABLE),
        ({"reason": "450 4.1.1 no", "type": "bounce"}, "4.1.1", FailureClass.UNREACHABLE),
        ({"reason": "no", "status": "5.2.1"}, "5.2.1", FailureClass.DISABLED),
        ({"reason": "550 5.1.2 no"}, "5.1.2", FailureClass.INVALID_DOMAIN),
        ({"reason": "552 5.3.4 large"}, "5.3.4", FailureClass.TECHNICAL),
        ({"reason": "no such thing"}, "", FailureClass.USER_UNKNOWN),
        ({}, "", FailureClass.USER_UNKNOWN),
    ],
)
def test_a_bounce_is_never_harder_than_the_provider_and_the_mail_server_say(said, code, failure):
    assert bounce(**said) == (code, failure)


@pytest.mark.parametrize("kind", MAIL)
def test_every_word_and_every_status_code_is_explained(kind):
    provider = registry.get(kind)

    assert provider.lists("5.1.1")
    assert provider.explain("4.2.2").title == mail_codes.FULL.title
    assert not provider.lists("5.5.0")
    assert not provider.lists("no such word")
    assert provider.explain("no such word") == UNLISTED.explanation
    assert all(provider.lists(word) for word in provider.codes)


def test_a_row_of_a_class_without_words_of_its_own_has_those_of_all():
    row = mail_codes.MailCode(FailureClass.UNDEFINED, "Title")

    assert row.explanation.cause


def test_a_kind_that_names_a_key_says_how_to_check_it():
    with pytest.raises(NotImplementedError):
        MailProvider().check_key(callback({}), {}, [])
    assert MailProvider().prove(callback({}), b"") is None


def test_a_domain_that_may_be_put_right_is_no_mailbox_that_is_gone():
    event = {"event": "bounce", "MessageID": 1, "error": "invalid domain"}

    [lasting] = read("mailjet", event | {"hard_bounce": True})
    [passing] = read("mailjet", event | {"hard_bounce": False})

    assert (lasting.failure, passing.failure) == (
        FailureClass.USER_UNKNOWN,
        FailureClass.INVALID_DOMAIN,
    )


@pytest.mark.parametrize(
    ("bounce", "failure"),
    [
        ({"message": "…general bounce message…"}, FailureClass.UNREACHABLE),
        ({"message": "…because the recipient's inbox was full."}, FailureClass.MEMORY_FULL),
        ({"message": "x", "type": "Transient", "subType": "General"}, FailureClass.UNREACHABLE),
        ({"message": "x", "type": "Permanent", "subType": "General"}, FailureClass.USER_UNKNOWN),
        ({"message": "an unknown sentence"}, FailureClass.REFUSED),
    ],
)
def test_a_sentence_tells_what_a_bounce_was(bounce, failure):
    body = {"type": "email.bounced", "data": {"email_id": "1", "bounce": bounce}}

    [report] = read("resend", body)

    assert report.failure is failure


@pytest.mark.parametrize(
    ("kind", "failure"),
    [("email.suppressed", FailureClass.OPTED_OUT), ("email.failed", FailureClass.TECHNICAL)],
)
def test_what_was_not_sent_is_known_before_anymail_knows_it(kind, failure):
    [report] = read("resend", {"type": kind, "data": {"email_id": "1"}})

    assert report.failure is failure


@pytest.mark.parametrize(
    ("output", "failure"),
    [
        ("550 no such user", FailureClass.USER_UNKNOWN),
        ("554 spam", FailureClass.REFUSED),
        ("451 later", FailureClass.TECHNICAL),
    ],
)
def test_a_lasting_failure_is_read_by_the_mail_server_s_answer(output, failure):
    payload = {"status": "HardFail", "output": output, "message": {"id": 1, "to": "a@b.example"}}

    [report] = read("postal", {"payload": payload})

    assert report.failure is failure


def test_what_the_provider_s_own_list_keeps_back_is_a_wish_of_the_holder():
    said = {"event": "reject", "message_id": "1", "timestamp": 1}

    [report] = read("mailtrap", {"events": [said | {"reason": "In suppression list: spam"}]})

    assert (report.code, report.failure) == ("suppression", FailureClass.OPTED_OUT)


def test_a_time_without_a_zone_is_none():
    data = {"type": "sent", "created_at": "2026-01-01T12:00:00"}

    [report] = read("mailersend", {"data": data | {"email": {"message": {"id": "1"}}}})

    assert report.occurred_at is None


def test_a_name_that_is_no_field_is_not_repeated():
    assert mail_events._cause(KeyError("+39 347")).endswith("(KeyError)")


def test_an_event_of_another_user_is_read_too():
    user = {"events": [GOOD["unisender_go"]]}

    reports = read("unisender_go", {"events_by_user": [user, user]})

    assert [report.provider_message_id for report in reports] == ["1", "1"]


def test_a_received_e_mail_among_sent_ones_is_told_apart():
    received = {"event": "inbound", "msg": {"headers": [], "raw_msg": ""}}
    posted = batch("mandrill", [received, GOOD["mandrill"]])

    with pytest.raises(BadPayload, match="a received e-mail"):
        list(registry.get("mandrill").reports(posted, {}))
