"""Amazon SNS: the envelope in which a topic posts its messages, and the proof that it carries."""

import http.client
import json
import re
from typing import Any
from urllib.parse import urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from django.utils.translation import gettext as _

from messaging.reports import Confirmation
from providers import certificates, forms, signing
from providers.base import BadSignature, Callback, CannotConfirm, Credentials

# What is signed, by type of message and in this order; what is absent or null is left out.
# https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}
DIGESTS: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303
# The whole address: no port, no user, no query, nothing before or behind the host.
ADDRESS = re.compile(
    r"https://(sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?)(/[A-Za-z0-9_-]+\.pem)", re.ASCII
)
# Partition and region, as all ARNs have them: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
ARN = re.compile(
    r"arn:([a-z-]{3,20}):sns:([a-z0-9-]{3,32}):[0-9]{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?",
    re.ASCII,
)
NAME = "SNS signature"
ENDED = "UnsubscribeConfirmation"
CONFIRMATIONS = ("SubscriptionConfirmation", ENDED)


def check(
    callback: Callback, *, topics: list[bytes], keys: certificates.Keys = certificates.keys
) -> None:
    """Raise BadSignature unless SNS has signed the envelope for one of these topics.

    The topic comes first: a signature of SNS only proves that somebody's topic has sent it.  The
    time is not compared with ours: SNS sends a message again, for hours, as it was signed.
    """
    envelope = _envelope(callback.body)
    if not signing.matches(_text(envelope, "TopicArn"), topics):
        raise BadSignature("TopicArn: not a topic of this account")
    digest = DIGESTS.get(_text(envelope, "SignatureVersion"))
    # Lambda's spelling of the name is met where messages are handed on.
    address = _text(envelope, "SigningCertURL") or _text(envelope, "SigningCertUrl")
    place = ADDRESS.fullmatch(address)
    if digest is None or place is None:
        raise BadSignature(f"{NAME}: of another version, or its certificate stands elsewhere")
    message = signed_text(envelope)
    signature = signing.decoded(_text(envelope, "Signature"))
    key = keys.of(place[1], place[2], at=callback.received_at)
    try:
        key.verify(signature, message, padding.PKCS1v15(), digest)
    except InvalidSignature as error:
        raise BadSignature(f"{NAME}: missing or does not match") from error


def asked(callback: Callback) -> Confirmation | None:
    """Return the question of a topic whether to subscribe, or its word that it is over."""
    envelope = forms.json_object(callback)
    if envelope.get("Type") not in CONFIRMATIONS:
        return None
    # Its SubscribeURL is left alone: nothing is fetched that a request names.
    topic = forms.text(envelope.get("TopicArn"), field="TopicArn", length=400)
    token = forms.text(envelope.get("Token"), field="Token", length=1024)
    return Confirmation(
        topic=forms.required(topic, field="TopicArn"),
        token=forms.required(token, field="Token"),
        ended=envelope["Type"] == ENDED,
    )


def confirm_asked(
    confirmation: Confirmation, credentials: Credentials, *, fetch: certificates.Fetch
) -> None:
    """Subscribe an account's address to a topic of its own; raise CannotConfirm."""
    known = bool(credentials.get("topic_arns"))
    confirm(
        topic=confirmation.topic,
        token=confirmation.token,
        topics=signing.secrets(credentials, "topic_arns") if known else [],
        fetch=fetch,
    )


def confirm(*, topic: str, token: str, topics: list[bytes], fetch: certificates.Fetch) -> None:
    """Confirm a subscription of one of these topics; raise CannotConfirm.

    The address is built from the topic and its region, never taken from what was posted.
    https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
    """
    place = ARN.fullmatch(topic)
    if place is None or not signing.matches(topic, topics):
        raise CannotConfirm(_("The topic is not, or no longer, among those of the account."))
    host = f"sns.{place[2]}.amazonaws.com{'.cn' if place[1].endswith('-cn') else ''}"
    said = {"Action": "ConfirmSubscription", "TopicArn": topic, "Token": token}
    try:
        fetch(host, f"/?{urlencode(said | {'Version': '2010-03-31'})}")
    except (OSError, http.client.HTTPException) as error:
        raise CannotConfirm(_("SNS could not be reached: try again.")) from error
    except ValueError as error:
        text = _(
            "SNS did not accept the confirmation. It can be given for two days: in the topic, ask "
            "for it again (Request confirmation)."
        )
        raise CannotConfirm(text) from error


def signed_text(envelope: dict[str, Any]) -> bytes:
    """Return what the signature covers."""
    names = SIGNED.get(_text(envelope, "Type"))
    if names is None:
        raise BadSignature("Type: not a message of SNS")
    there = (name for name in names if envelope.get(name) is not None)
    return "".join(f"{name}\n{_text(envelope, name)}\n" for name in there).encode(
        "utf-8", "replace"
    )


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadSignature("body: not valid JSON") from error
    if not isinstance(value, dict):
        raise BadSignature("body: not a JSON object")
    return value


def _text(envelope: dict[str, Any], name: str) -> str:
    value = envelope.get(name) or ""
    if not isinstance(value, str):
        raise BadSignature(f"{name}: not a text")
    return value
