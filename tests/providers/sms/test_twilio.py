"""Twilio's signature in cases of our own, and its words."""

import base64
import hashlib
import hmac

import pytest

from messaging.statuses import Evidence
from providers import registry
from providers.base import BadSignature, Callback
from tests.providers.recorded import NOON, URL

TWILIO = registry.get("twilio")
FORM = "application/x-www-form-urlencoded"


def signature(text, token="token"):
    return base64.b64encode(hmac.digest(token.encode(), text, "sha1")).decode()


def callback(body=b"", *, signed, kind=FORM, url=URL, token="token", method="POST"):
    headers = {"content-type": kind, "x-twilio-signature": signature(signed, token)}
    return Callback(method, url, headers, body, NOON)


def test_while_tokens_rotate_each_of_them_is_accepted():
    for token in ("old", "new"):
        given = callback(b"A=1", signed=URL.encode() + b"A1", token=token)
        TWILIO.verify(given, {"auth_token": ["new", "old"]})


def test_bytes_that_are_not_utf8_are_signed_as_they_came():
    given = callback(b"Body=%FF\xfe%C3%A8", signed=URL.encode() + b"Body\xff\xfe\xc3\xa8")

    TWILIO.verify(given, {"auth_token": "token"})


def test_a_body_of_another_type_must_be_covered_by_its_hash():
    url = f"{URL}?bodySHA256={hashlib.sha256(b'x=1').hexdigest()}"

    TWILIO.verify(
        callback(b"x=1", signed=url.encode(), url=url, kind="a/b"), {"auth_token": "token"}
    )
    with pytest.raises(BadSignature, match="bodySHA256"):
        TWILIO.verify(callback(b"x=1", signed=URL.encode(), kind="a/b"), {"auth_token": "token"})


def test_an_empty_body_needs_no_hash_whatever_its_type():
    TWILIO.verify(callback(signed=URL.encode(), kind="a/b"), {"auth_token": "token"})


def test_a_get_is_signed_by_its_url_alone():
    url = f"{URL}?MessageSid=SM1&MessageStatus=sent"

    given = callback(signed=url.encode(), url=url, kind="", method="GET")
    TWILIO.verify(given, {"auth_token": "token"})
    assert [report.provider_message_id for report in TWILIO.reports(given, {})] == ["SM1"]


def test_thousands_of_fields_are_not_signed_but_refused():
    with pytest.raises(BadSignature, match="too many fields"):
        TWILIO.verify(callback(b"a=1&" * 2000, signed=b""), {"auth_token": "token"})


@pytest.mark.parametrize("header", ["é", "\ud800", "\x00", "a" * 10_000])
@pytest.mark.parametrize("url", [URL, "", "x", "https://[::1]:8/\ud800?bodySHA256=é"])
def test_a_strange_header_or_url_is_refused_and_nothing_else_happens(header, url):
    given = Callback("POST", url, {"X-Twilio-Signature": header}, b"", NOON)

    with pytest.raises(BadSignature):
        TWILIO.verify(given, {"auth_token": "token"})


@pytest.mark.parametrize(
    ("word", "evidence"),
    [("delivered", Evidence.CARRIER), ("read", Evidence.HANDSET), ("sent", Evidence.NONE)],
)
def test_only_a_reader_proves_the_handset(word, evidence):
    given = callback(f"MessageSid=SM1&MessageStatus={word}".encode(), signed=b"")

    assert [report.evidence for report in TWILIO.reports(given, {})] == [evidence]
