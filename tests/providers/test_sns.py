"""SNS: the topic first, then the address of the certificate, then the signature."""

import http.client
import json

import pytest

from messaging.reports import Confirmation
from providers import certificates, registry, sns
from providers.base import BadPayload, BadSignature, Callback, CannotConfirm
from tests.providers import recorded

VECTORS = json.loads((recorded.HERE / "signatures" / "sns.json").read_text())
CASES = [pytest.param(case, id=case["name"]) for case in VECTORS["cases"]]
GENUINE = next(case for case in VECTORS["cases"] if case["valid"])
TOPIC = GENUINE["credentials"]["topic_arns"]


def is_accepted(case, topics=None, fetched=None):
    def fetch(host, path):
        if fetched is not None:
            fetched.append((host, path))
        return VECTORS["certificates"][case["certificate"]].encode()

    topics = topics or [case["credentials"]["topic_arns"].encode()]
    try:
        sns.check(recorded.request(case), topics=topics, keys=certificates.Keys(fetch))
    except BadSignature:
        return False
    return True


def changed(**fields):
    """Return the genuine message with other fields in its envelope."""
    return GENUINE | {"body": json.dumps(json.loads(GENUINE["body"]) | fields)}


@pytest.mark.parametrize("case", CASES)
def test_a_message_is_judged_as_the_libraries_of_aws_judge_it(case):
    assert is_accepted(case) == case["valid"]


@pytest.mark.parametrize("case", CASES)
def test_a_signature_of_another_topic_proves_nothing_and_fetches_nothing(case):
    fetched = []

    assert not is_accepted(case, topics=[b"arn:aws:sns:us-west-2:1:another"], fetched=fetched)
    assert fetched == []


def test_while_topics_change_each_of_them_is_accepted():
    assert is_accepted(GENUINE, topics=[b"another", TOPIC.encode()])


@pytest.mark.parametrize(
    ("address", "is_pinned"),
    [
        ("https://sns.us-east-1.amazonaws.com/cert.pem", True),
        ("https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-abcd.pem", True),
        ("http://sns.us-east-1.amazonaws.com/cert.pem", False),
        ("https://sns.us-east-1.amazonaws.com:8443/cert.pem", False),
        ("https://sns.us-east-1.amazonaws.com@evil.example/cert.pem", False),
        ("https://user@sns.us-east-1.amazonaws.com/cert.pem", False),
        ("https://sns.us-east-1.amazonaws.com.evil.example/cert.pem", False),
        ("https://evil.example/sns.us-east-1.amazonaws.com/cert.pem", False),
        ("https://sns.us-east-1.amazonaws.com/cert.pem?x=.pem", False),
        ("https://sns.us-east-1.amazonaws.com/../cert.pem", False),
        ("https://sns.us-east-1.amazonaws.com/cert.pem\n", False),
        ("https://sns.us-east-1.amazonaws.com/cert", False),
        ("https://foo.amazonaws.com/bar.pem", False),
        ("https://localhost:56789/cert.pem", False),
    ],
)
def test_only_a_certificate_of_sns_itself_is_fetched(address, is_pinned):
    fetched = []

    assert is_accepted(changed(SigningCertURL=address), fetched=fetched) == is_pinned
    assert len(fetched) == is_pinned


@pytest.mark.parametrize(
    "case",
    [
        GENUINE | {"body": "not JSON"},
        GENUINE | {"body": "[" * 100_000},
        GENUINE | {"body": "[]"},
        changed(TopicArn=5),
        changed(TopicArn=None),
        changed(Type="Greeting"),
        changed(Type=["Notification"]),
        changed(Signature="not base64"),
        changed(Signature=None),
        changed(SignatureVersion=1),
        changed(SignatureVersion="3"),
        changed(SigningCertURL={}),
        changed(Message="\ud800"),
        changed(Message=None),
    ],
)
def test_whatever_is_malformed_is_refused(case):
    assert not is_accepted(case, topics=[TOPIC.encode()])


@pytest.fixture
def kept_certificate(monkeypatch):
    pem = VECTORS["certificates"][GENUINE["certificate"]].encode()
    monkeypatch.setattr(certificates.keys, "_fetch", lambda _host, _path: pem)
    monkeypatch.setattr(certificates.keys, "_kept", {})


@pytest.mark.usefixtures("kept_certificate")
def test_an_account_knows_its_topics():
    aws = registry.get("aws")

    aws.verify(recorded.request(GENUINE), {"topic_arns": TOPIC})
    aws.verify(recorded.request(GENUINE), {"topic_arns": ["another", TOPIC]})
    for credentials in ({}, {"topic_arns": []}, {"topic_arns": "another"}):
        with pytest.raises(BadSignature):
            aws.verify(recorded.request(GENUINE), credentials)


@pytest.mark.usefixtures("kept_certificate")
def test_an_e_mail_account_knows_its_topics_too():
    registry.get("amazon_ses").verify(recorded.request(GENUINE), {"topic_arns": TOPIC})


def test_raw_delivery_is_not_signed_and_so_refused():
    callback = Callback("POST", recorded.URL, {}, b'{"messageId": "m-1"}', recorded.NOON)

    with pytest.raises(BadSignature):
        registry.get("aws").verify(callback, {"topic_arns": TOPIC})


OWN = "arn:aws:sns:us-west-2:123456789012:sms"


def confirm(topic=OWN, topics=(OWN,), fetch=None):
    called = []

    def fetched(host, path):
        called.append(host)
        if fetch:
            raise fetch
        return b""

    sns.confirm(topic=topic, token="t", topics=[one.encode() for one in topics], fetch=fetched)
    return called


@pytest.mark.parametrize(
    ("topic", "host"),
    [
        (OWN, "sns.us-west-2.amazonaws.com"),
        ("arn:aws-cn:sns:cn-north-1:123456789012:a", "sns.cn-north-1.amazonaws.com.cn"),
        ("arn:aws-us-gov:sns:us-gov-west-1:123456789012:a", "sns.us-gov-west-1.amazonaws.com"),
    ],
)
def test_a_confirmation_calls_the_host_of_the_topic_s_region(topic, host):
    assert confirm(topic, [topic]) == [host]


@pytest.mark.parametrize(
    "topic",
    [
        "arn:aws:sns:evil.example/:123456789012:a",
        "arn:aws:sns:us-west-2@evil:123456789012:a",
        "arn:aws:sns:us-west-2:123456789012:a b",
        "arn:aws:sqs:us-west-2:123456789012:a",
        "",
    ],
)
def test_what_is_no_topic_is_not_called_even_where_it_is_allowed(topic):
    with pytest.raises(CannotConfirm):
        confirm(topic, [topic])


def test_a_topic_that_is_not_allowed_is_not_confirmed():
    with pytest.raises(CannotConfirm):
        confirm(OWN, ["arn:aws:sns:us-west-2:123456789012:other"])


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (OSError("no way"), "could not be reached"),
        (http.client.HTTPException(), "could not be reached"),
        (ValueError("403"), "two days"),
    ],
)
def test_what_goes_wrong_is_told_for_people(fault, said):
    with pytest.raises(CannotConfirm, match=said):
        confirm(fetch=fault)


def test_the_other_kinds_have_nothing_to_confirm():
    with pytest.raises(NotImplementedError):
        registry.get("twilio").confirm(Confirmation("t", "t"), {})


def envelope(**fields):
    said = {"Type": "SubscriptionConfirmation", "TopicArn": OWN, "Token": "t"} | fields
    return Callback("POST", "/", {}, json.dumps(said).encode(), recorded.NOON)


def test_the_question_whether_to_subscribe_is_told_beside_the_reports():
    aws = registry.get("aws")

    assert aws.subscription(envelope()) == Confirmation(OWN, "t")
    assert aws.subscription(envelope(Type="UnsubscribeConfirmation")) == Confirmation(
        OWN, "t", ended=True
    )
    assert aws.subscription(envelope(Type="Notification")) is None
    assert list(aws.reports(envelope(), {})) == []
    assert registry.get("twilio").subscription(envelope()) is None
    with pytest.raises(BadPayload, match="Token: missing"):
        aws.subscription(envelope(Token=None))
