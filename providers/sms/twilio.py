"""Twilio: status callbacks and incoming messages as signed forms."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import forms, signed_text, signing
from providers.base import (
    RECEIPT_LIMIT,
    BadSignature,
    Callback,
    CredentialField,
    Credentials,
    Provider,
    Sample,
)
from providers.codes import Code

UNKNOWN_NUMBER = FailureClass.USER_UNKNOWN
OURS = FailureClass.SENDER_SIDE
BARRED = FailureClass.BARRED
REFUSED = FailureClass.REFUSED
UNREACHABLE = FailureClass.UNREACHABLE

STATUSES = {
    "accepted": MessageStatus.ACCEPTED,
    "scheduled": MessageStatus.ACCEPTED,
    "queued": MessageStatus.ACCEPTED,
    "sending": MessageStatus.SENT,
    "sent": MessageStatus.SENT,
    "partially_delivered": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.DELIVERED,  # WhatsApp, RCS
    "undelivered": MessageStatus.FAILED,
    "failed": MessageStatus.FAILED,
    # "canceled" moves nothing: an operator did it, on our side, before the carrier had it.
}

# "delivered": Twilio has the carrier's word and, "where available", the handset's; it does not
# say which one (message resource, status values).  Only a reader proves the handset.
EVIDENCE = {"delivered": Evidence.CARRIER, "read": Evidence.HANDSET}

# https://www.twilio.com/docs/api/errors
CODES = {
    "14107": Code(OURS, _("Too many messages per second")),
    "20003": Code(OURS, _("Permission denied")),
    "20429": Code(OURS, _("Too many requests")),
    "21211": Code(UNKNOWN_NUMBER, _("Invalid recipient number")),
    "21212": Code(OURS, _("Invalid sender number")),
    "21214": Code(UNREACHABLE, _("The number cannot be reached")),
    "21217": Code(UNKNOWN_NUMBER, _("The number does not appear to be valid")),
    "21268": Code(BARRED, _("Premium-rate number")),
    "21408": Code(OURS, _("The account may not send to this region")),
    "21421": Code(OURS, _("Invalid number")),
    "21601": Code(OURS, _("The sender cannot send SMS")),
    "21602": Code(OURS, _("The message has no text")),
    "21603": Code(OURS, _("No sender was given")),
    "21604": Code(OURS, _("No recipient was given")),
    "21606": Code(OURS, _("The sender cannot write to this destination")),
    "21608": Code(OURS, _("Trial account: the recipient is not verified")),
    "21609": Code(OURS, _("Invalid callback URL")),
    "21610": Code(
        FailureClass.OPTED_OUT,
        _("The recipient has unsubscribed"),
        _("The recipient answered STOP to this sender, and Twilio holds the message back."),
    ),
    "21611": Code(OURS, _("The sender's queue is full")),
    "21612": Code(OURS, _("No route between this sender and this recipient")),
    "21614": Code(UNKNOWN_NUMBER, _("Not a mobile number")),
    "21617": Code(OURS, _("The text is longer than 1,600 characters")),
    "21620": Code(OURS, _("Invalid media URL")),
    "21623": Code(OURS, _("Too many media files")),
    "21635": Code(FailureClass.LANDLINE, _("The recipient is a landline")),
    "21703": Code(OURS, _("The messaging service has no number to send from")),
    "21704": Code(OURS, _("The messaging service has no numbers")),
    "21705": Code(OURS, _("The messaging service is invalid")),
    "30001": Code(OURS, _("The queue overflowed")),
    "30002": Code(OURS, _("Account suspended")),
    "30003": Code(
        FailureClass.NOT_CONNECTED,
        _("Handset out of reach"),
        _("The phone is off or has no signal; Twilio gives the same code for some landlines."),
    ),
    "30004": Code(BARRED, _("Message blocked")),
    "30005": Code(UNKNOWN_NUMBER, _("Unknown handset")),
    "30006": Code(FailureClass.LANDLINE, _("Landline, or a carrier that cannot be reached")),
    "30007": Code(REFUSED, _("Filtered as unwanted")),
    "30008": Code(FailureClass.UNDEFINED, _("Unknown error")),
    "30009": Code(OURS, _("A segment is missing")),
    "30010": Code(OURS, _("The price exceeds the limit")),
    "30011": Code(OURS, _("MMS does not work with numbers of this region")),
    "30012": Code(OURS, _("The validity is too short")),
    "30013": Code(OURS, _("The validity is too long")),
    "30014": Code(OURS, _("Invalid attributes of the recipient")),
    "30015": Code(OURS, _("The channel is not supported")),
    "30016": Code(OURS, _("Sender and recipient are on different channels")),
    "30017": Code(UNREACHABLE, _("The carrier's network is congested")),
    "30018": Code(OURS, _("The carrier wants the sender registered first")),
    "30019": Code(OURS, _("The content is too large for the carrier")),
    "30020": Code(UNREACHABLE, _("Twilio could not schedule the message")),
    "30021": Code(UNREACHABLE, _("Twilio's messaging service failed")),
    "30022": Code(OURS, _("US 10DLC: too many messages per second")),
    "30023": Code(OURS, _("US 10DLC: daily limit reached")),
    "30024": Code(OURS, _("The numeric sender is not provisioned at the carrier")),
    "30027": Code(OURS, _("US 10DLC: T-Mobile's daily limit reached")),
    "30032": Code(OURS, _("The toll-free number is not verified")),
    "30034": Code(OURS, _("US 10DLC: the number is not registered")),
    "30410": Code(UNREACHABLE, _("The carrier did not answer in time")),
    "30442": Code(OURS, _("The toll-free verification was rejected")),
    "30500": Code(UNREACHABLE, _("Twilio had an internal error")),
    "60005": Code(UNREACHABLE, _("A carrier on the way had an error")),
    "63003": Code(OURS, _("The channel did not find the recipient")),
    "63007": Code(OURS, _("The channel does not know the sender")),
    "63013": Code(REFUSED, _("The message breaks the channel's policy")),
    "63014": Code(BARRED, _("The recipient blocked the sender on this channel")),
    "63016": Code(OURS, _("WhatsApp: outside the window for free text")),
    "63018": Code(OURS, _("The channel's rate limit is reached")),
    "63024": Code(UNKNOWN_NUMBER, _("The recipient is not on this channel")),
    "63026": Code(OURS, _("The sender was flagged as spam")),
    "63038": Code(OURS, _("The account's daily limit is reached")),
}

# A long message from a handset may come as base64 (courier's tests); a text of people has blanks.
SHORTEST_BASE64 = 60


class Twilio(Provider):
    """A Twilio account or subaccount."""

    slug = "twilio"
    label = "Twilio"
    # Twilio says how long a message may wait in its own queue (up to ten hours), not after it.
    receipt_limit = RECEIPT_LIMIT
    # https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
    steps = (
        _(
            "In the Twilio Console, open Account, API keys & tokens, and copy the Auth Token "
            "into the settings below."
        ),
        _(
            "When you send, give the callback address as StatusCallback; or set it once, under "
            "Messaging, Services, your service, Integration, Delivery Status Callback."
        ),
        _(
            "For replies: under Phone Numbers, Manage, Active numbers, your number, Messaging "
            "Configuration, set “A message comes in” to Webhook and the callback address."
        ),
    )
    sample = Sample(body="MessageSid=SM0&MessageStatus=delivered", content_type=forms.FORM)
    credential_fields = (
        CredentialField(
            "auth_token",
            _("Auth token"),
            _("Of the account or subaccount that sends; from the Twilio console."),
            secret=True,
        ),
    )
    codes = CODES

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check X-Twilio-Signature: HMAC-SHA1 over the URL and the form's fields."""
        keys = signing.secrets(credentials, "auth_token")
        given = callback.header("x-twilio-signature")
        if not given:
            raise BadSignature("X-Twilio-Signature: missing")
        signed = _signed_fields(callback)
        for url in _spellings(callback.url):
            message = url.encode("utf-8", "replace") + signed
            candidates = (signing.hmac_base64(message, key=key, digest="sha1") for key in keys)
            if signing.matches(given, candidates):
                return
        raise BadSignature("X-Twilio-Signature: does not match")

    def reports(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
    ) -> Iterable[Report]:
        """Translate a status callback or an incoming message: there is one per request."""
        fields = forms.fields(callback)
        word = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
        if "Body" in fields and word in ("", "received", "receiving"):
            return (_inbound(fields),)
        return (_status(fields, word),)

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str]:
        """Write X-Twilio-Signature."""
        key = signing.secrets(credentials, "auth_token")[0]
        message = callback.url.encode() + _signed_fields(callback)
        proof = signing.hmac_base64(message, key=key, digest="sha1")
        return {"X-Twilio-Signature": proof.decode()}


def _status(fields: dict[str, Any], given: object) -> StatusReport:
    message_id = forms.message_id(
        fields.get("MessageSid") or fields.get("SmsSid"), field="MessageSid"
    )
    word = forms.text(given, field="MessageStatus").lower()
    if not word:
        raise forms.missing("MessageStatus")
    status = STATUSES.get(word)
    code = forms.text(fields.get("ErrorCode"), field="ErrorCode", length=forms.CODE_LENGTH)
    failure = None
    if status is MessageStatus.FAILED:
        row = CODES.get(code)
        failure = row.failure if row else FailureClass.UNDEFINED
    return StatusReport(
        provider_message_id=message_id,
        status=status,
        code=code,
        text=_text(fields, word),
        failure=failure,
        address=_address(fields.get("To"), field="To"),
        segments=forms.whole_number(fields.get("NumSegments")),
        evidence=EVIDENCE.get(word, Evidence.NONE),
    )


def _text(fields: dict[str, Any], word: str) -> str:
    """Return the status word with what explains it.

    RawDlrDoneDate is kept as written: it has no zone, and which one it is varies by carrier.
    """
    message, done = fields.get("ErrorMessage"), fields.get("RawDlrDoneDate")
    if not message and not done:
        return word
    parts = [word, forms.text(message, field="ErrorMessage")]
    if done:
        parts.append(f"RawDlrDoneDate {forms.text(done, field='RawDlrDoneDate')}")
    return "; ".join(part for part in parts if part)[: forms.TEXT_LENGTH]


def _inbound(fields: dict[str, Any]) -> InboundReport:
    return InboundReport(
        provider_message_id=forms.message_id(
            fields.get("MessageSid") or fields.get("SmsSid") or fields.get("SmsMessageSid"),
            field="MessageSid",
        ),
        address=forms.required(_address(fields.get("From"), field="From"), field="From"),
        text=_decoded(forms.text(fields["Body"], field="Body", length=forms.BODY_LENGTH)),
        recipient=_address(fields.get("To"), field="To"),
        # Set where Twilio's own opt-out recognised the word and has acted on it.
        keyword=forms.text(fields.get("OptOutType"), field="OptOutType", length=forms.CODE_LENGTH),
    )


def _address(value: object, *, field: str) -> str:
    """Return an address without the name of its channel, such as `whatsapp:`."""
    return forms.text(value, field=field, length=forms.ID_LENGTH).rpartition(":")[2]


def _decoded(text: str) -> str:
    if len(text) < SHORTEST_BASE64 or len(text) % 4:
        return text
    try:
        decoded = base64.b64decode(text, validate=True).decode()
    except ValueError:
        return text
    return decoded if decoded.isprintable() else text


def _signed_fields(callback: Callback) -> bytes:
    """Return what is signed after the URL; the body must be covered in one way or the other.

    A form: each name in byte order with its distinct values, sorted; nothing between them.
    Anything else is covered by its hash in the signed URL, so that must be there and equal.
    """
    kind = forms.media_type(callback)
    if kind in ("", forms.FORM):
        return _form_text(callback.body)
    if callback.body or kind == forms.JSON:
        claimed = parse_qs(callback.url.partition("?")[2]).get("bodySHA256", [""])[0]
        actual = hashlib.sha256(callback.body).hexdigest()
        if not hmac.compare_digest(claimed.encode("utf-8", "replace"), actual.encode()):
            raise BadSignature("bodySHA256: missing or not the hash of the body")
    return b""


def _form_text(body: bytes) -> bytes:
    return b"".join([name + value for name, value in sorted(set(signed_text.pairs(body)))])


def _spellings(url: str) -> Iterator[str]:
    """Yield the spellings of a URL under which Twilio may have signed it, likeliest first.

    Their libraries accept it with and without its port; the one for Node also unescaped quotes.
    """
    for quoted in (url, url.replace("%27", "'")) if "%27" in url else (url,):
        yield quoted
        yield signed_text.other_port(quoted)
