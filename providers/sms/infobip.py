"""Infobip: delivery reports and replies in batches of JSON, behind basic authentication."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import batches, forms, moments, signing
from providers.base import Callback, CredentialField, Credentials, Provider, Sample
from providers.codes import Code

BARRED = FailureClass.BARRED
EXPIRED = FailureClass.EXPIRED
NOT_CONNECTED = FailureClass.NOT_CONNECTED
OPTED_OUT = FailureClass.OPTED_OUT
OURS = FailureClass.SENDER_SIDE
REFUSED = FailureClass.REFUSED
UNDEFINED = FailureClass.UNDEFINED
UNKNOWN_NUMBER = FailureClass.USER_UNKNOWN
UNREACHABLE = FailureClass.UNREACHABLE

# status.groupId with its groupName.
GROUPS = {"1": "PENDING", "2": "UNDELIVERABLE", "3": "DELIVERED", "4": "EXPIRED", "5": "REJECTED"}
STATUSES = {
    "PENDING": MessageStatus.SENT,
    "DELIVERED": MessageStatus.DELIVERED,
    "UNDELIVERABLE": MessageStatus.FAILED,
    "EXPIRED": MessageStatus.FAILED,
    "REJECTED": MessageStatus.FAILED,
}
# status.id, where one says something else than its group.
PENDING_ACCEPTED, DELIVERED_TO_OPERATOR, DELIVERED_TO_HANDSET, DLR_UNKNOWN = "26", "2", "5", "29"
OWN_STATUSES = {
    PENDING_ACCEPTED: MessageStatus.ACCEPTED,
    DELIVERED_TO_OPERATOR: MessageStatus.SENT,  # the handset is yet to come
    DLR_UNKNOWN: None,  # no receipt came, so nobody knows
}

# https://www.infobip.com/docs/developer-resources/api-fundamentals/error-code-reference
# `permanent` is not our "hard": it is true for a validity that ended and for spam.
ERRORS = {
    "1": Code(UNKNOWN_NUMBER, _("Unknown subscriber")),
    "5": Code(UNREACHABLE, _("The network could not identify the subscriber")),
    "8": Code(NOT_CONNECTED, _("Roaming is not allowed")),
    "9": Code(BARRED, _("Subscriber not admitted by the network")),
    "12": Code(BARRED, _("Handset not admitted by the network")),
    "13": Code(BARRED, _("Line barred, perhaps unpaid")),
    "15": Code(BARRED, _("Closed user group")),
    "24": Code(UNREACHABLE, _("No radio channel was free")),
    "31": Code(NOT_CONNECTED, _("Handset busy with another message")),
    "32": Code(UNREACHABLE, _("The network could not deliver")),
    "33": Code(FailureClass.MEMORY_FULL, _("Too many messages waiting for the handset")),
    "34": Code(UNREACHABLE, _("The network has a fault")),
    "51": Code(UNREACHABLE, _("The network is congested")),
    "255": Code(UNDEFINED, _("Unknown error")),
    "256": Code(FailureClass.MEMORY_FULL, _("The handset's memory is full")),
    "323": Code(OURS, _("Invalid request")),
    "351": Code(UNKNOWN_NUMBER, _("Invalid recipient number")),
    "352": Code(UNKNOWN_NUMBER, _("No country has this number")),
    "355": Code(OURS, _("The message is too long")),
    "368": Code(OURS, _("Invalid sender")),
    "375": Code(OURS, _("The sender is blocked or not provisioned")),
    "433": Code(OURS, _("The account has no access")),
    "488": Code(OURS, _("The toll-free number is not verified")),
    "541": Code(OURS, _("The carrier's limit of messages per second reached")),
    "542": Code(OURS, _("The carrier's daily limit reached")),
    "560": Code(BARRED, _("The operator keeps your short code from this line")),
    "561": Code(REFUSED, _("The operator blocked the text")),
    "565": Code(BARRED, _("The line cannot receive from short codes")),
    "566": Code(BARRED, _("The operator keeps short codes from this line")),
    "569": Code(FailureClass.DISABLED, _("Line suspended by the operator")),
    "573": Code(OPTED_OUT, _("The recipient asked the operator to block your short code")),
    "581": Code(BARRED, _("The recipient's prepaid credit is used up")),
    "597": Code(OURS, _("The account has no sender for this destination")),
    "601": Code(OURS, _("The account cannot receive replies")),
    "603": Code(OPTED_OUT, _("The recipient has unsubscribed")),
    "604": Code(OURS, _("Blocked by the campaign's list")),
    "607": Code(REFUSED, _("The operator took the message for spam")),
    "608": Code(REFUSED, _("Blocked as artificial traffic")),
    "609": Code(OURS, _("Infobip's daily limit reached")),
    "628": Code(UNREACHABLE, _("The handset had a fault")),
    "631": Code(UNREACHABLE, _("The operator's network has a fault")),
    "633": Code(UNDEFINED, _("Unknown error at the operator")),
    "810": Code(UNDEFINED, _("Not delivered")),
    "811": Code(EXPIRED, _("Validity ended before the handset")),
    "2048": Code(UNREACHABLE, _("The network did not answer in time")),
    "2050": Code(BARRED, _("In a register of people who want no such messages")),
    "2052": Code(OPTED_OUT, _("The recipient is on a blocklist")),
    "2053": Code(OURS, _("The sender is on a blocklist")),
    "3041": Code(FailureClass.DISABLED, _("The number is deactivated")),
    "4096": Code(OURS, _("Malformed message")),
    "4097": Code(OURS, _("Not handed to any operator")),
    "4098": Code(EXPIRED, _("Validity ended")),
    "4099": Code(OURS, _("The account's monthly limit reached")),
    "4100": Code(EXPIRED, _("Validity ended before it was handed over")),
    "4101": Code(EXPIRED, _("Validity ended")),
    "4102": Code(OURS, _("Not handed to the SMPP channel")),
    "4103": Code(OURS, _("Too many messages to this number")),
    "4104": Code(OURS, _("The same message to this number too often")),
    "4202": Code(OURS, _("US 10DLC: the operator's limit reached")),
    "5492": Code(OURS, _("The same message was sent before")),
}
# Providers, transport and aborted dialogues of the signalling network.
_FAULTS = (500, *range(501, 510), *range(1024, 1032), *range(1152, 1167), *range(1281, 1285),
           *range(1536, 1542), *range(1792, 1797))  # fmt: skip
_SHARED = (
    (_FAULTS, Code(UNREACHABLE, _("The signalling network has a fault"))),
    ((6, 27), Code(NOT_CONNECTED, _("Handset switched off or out of coverage"))),
    ((10, 11, 568, 629), Code(BARRED, _("SMS not provisioned for the line"))),
    ((562, 563, 564), Code(OURS, _("The operator does not accept the short code"))),
    ((571, 572, 594), Code(OURS, _("The operator does not accept the campaign"))),
    ((577, 578, 579, 580), Code(OURS, _("A limit of the trial account"))),
)
ERRORS |= {str(code): row for codes, row in _SHARED for code in codes}

# status.id, where no error tells more; ids of errors are other numbers, so these have a prefix.
REJECTIONS = {
    "status 4": Code(BARRED, _("Rejected by the operator")),
    "status 6": Code(OURS, _("The network is not enabled for the account")),
    "status 8": Code(UNKNOWN_NUMBER, _("Wrong prefix or length of the number")),
    "status 10": Code(BARRED, _("In a register of people who want no such messages")),
    "status 11": Code(OURS, _("The sender is not registered")),
    "status 12": Code(OURS, _("The account has no credit")),
    "status 13": Code(OURS, _("The sender is on a blocklist")),
    "status 14": Code(OPTED_OUT, _("The recipient is on a blocklist")),
    "status 15": Code(EXPIRED, _("Validity ended")),
    "status 17": Code(OURS, _("The prepaid credit expired")),
    "status 18": Code(OURS, _("Trial account: the recipient is not registered")),
    "status 19": Code(OURS, _("The account has no route")),
    "status 20": Code(OURS, _("Too many messages to this number")),
    "status 21": Code(OURS, _("Infobip could not take the request")),
    "status 23": Code(OURS, _("The message id was used before")),
    "status 24": Code(OURS, _("Malformed message")),
    "status 25": Code(OURS, _("The message is too long")),
    "status 51": Code(OURS, _("No recipient was given")),
    "status 52": Code(UNKNOWN_NUMBER, _("Invalid recipient number")),
    "status 87": Code(REFUSED, _("Blocked as artificial traffic")),
    "status 100": Code(OURS, _("Infobip could not take the request")),
}


class Infobip(Provider):
    """An Infobip account; its messages carry our notify URL, its subscription our password."""

    slug = "infobip"
    label = "Infobip"
    # "Validity period longer than 48h is not supported": validityPeriod of the SMS API
    # (https://www.infobip.com/docs/api/channels/sms).
    receipt_limit = timedelta(hours=48)
    # https://www.infobip.com/docs/sms/sms-over-api
    steps = (
        _("Choose a user name and a password, and enter them in the settings below."),
        _(
            "In the Infobip Portal, open Developer Tools, Subscriptions Management, and create "
            "a subscription for the channel SMS and the event Delivery."
        ),
        _(
            "As its notification profile give the callback address, and as its security "
            "settings BASIC with the same user name and password."
        ),
        _(
            "For replies: in the same place, subscribe the callback address to the event "
            "Inbound message."
        ),
    )
    sample = Sample(
        body='{"results": [{"messageId": "test", "to": "41793026727", "doneAt": '
        '"2026-01-01T12:00:00.000+0000", "status": {"groupId": 3, "groupName": "DELIVERED", '
        '"id": 5, "name": "DELIVERED_TO_HANDSET"}, "error": {"id": 0, "name": "NO_ERROR"}}]}'
    )
    credential_fields = (
        CredentialField(
            "username",
            _("User name"),
            _("Choose one, and set it in Infobip's subscription (security settings: basic)."),
        ),
        CredentialField(
            "password", _("Password"), _("Choose one, as long as you like."), secret=True
        ),
    )
    codes = ERRORS | REJECTIONS

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check user name and password: what Infobip's own HMAC covers is not documented."""
        signing.check_basic(callback, credentials)

    def reports(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
    ) -> Iterable[Report]:
        """Translate up to a hundred reports or replies; a reply has no status."""
        results = forms.json_object(callback).get("results")
        return batches.read(results, field="results", report=_report)

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str]:  # noqa: ARG002
        """Write user name and password as Infobip does."""
        return signing.basic(credentials)


def _report(item: dict[str, Any]) -> Report:
    is_reply = "status" not in item and ("text" in item or "cleanText" in item)
    return _inbound(item) if is_reply else _status(item)


def _status(item: dict[str, Any]) -> StatusReport:
    message_id = forms.message_id(item.get("messageId"), field="messageId")
    stated, error = forms.inner(item.get("status")), forms.inner(item.get("error"))
    status_id = forms.text(stated.get("id"), field="status.id", length=10)
    word, status = _stated(stated, status_id)
    error_id = forms.text(error.get("id"), field="error.id", length=10)
    code = error_id if error_id.strip("0") else ""
    failure = None
    if status is MessageStatus.FAILED:
        code, failure = _failure(code, f"status {status_id}" if status_id else "", word)
    price = forms.inner(item.get("price"))
    parts = forms.whole_number(item.get("messageCount") or item.get("smsCount"))
    part_price = forms.price(price.get("pricePerMessage"))
    evidence = Evidence.HANDSET if status_id == DELIVERED_TO_HANDSET else Evidence.CARRIER
    return StatusReport(
        provider_message_id=message_id,
        status=status,
        code=code,
        text=_text(stated, error, word),
        occurred_at=moments.iso(item.get("doneAt")),
        failure=failure,
        address=forms.text(item.get("to"), field="to", length=forms.ID_LENGTH),
        segments=parts,
        # Of one part; the report is about all of them.
        price=None if part_price is None else part_price * (parts or 1),
        currency=forms.currency(price.get("currency")),
        network=forms.network(item.get("mccMnc")),
        # Infobip tells the handset from the operator; without an id nobody says who confirmed.
        evidence=evidence if status is MessageStatus.DELIVERED else Evidence.NONE,
    )


def _stated(stated: dict[str, Any], status_id: str) -> tuple[str, MessageStatus | None]:
    """Return the group of a status, whose case differs between versions, and what it means."""
    group = forms.text(stated.get("groupName"), field="status.groupName").upper()
    group_id = forms.text(stated.get("groupId"), field="status.groupId")
    word = forms.required(group or GROUPS.get(group_id, ""), field="status.groupName")
    if status_id in OWN_STATUSES:
        return word, OWN_STATUSES[status_id]
    return word, STATUSES.get(word)


def _failure(error: str, status: str, group: str) -> tuple[str, FailureClass]:
    """Return the code that tells most, and what it means."""
    row = ERRORS.get(error)
    if row and row.failure is not UNDEFINED:
        return error, row.failure
    row = REJECTIONS.get(status)
    if row:
        return error or status, row.failure
    return error, EXPIRED if group == "EXPIRED" else UNDEFINED


def _text(stated: dict[str, Any], error: dict[str, Any], word: str) -> str:
    name = forms.text(stated.get("name"), field="status.name") or word
    fault = forms.text(error.get("name"), field="error.name")
    return f"{name}; {fault}"[: forms.TEXT_LENGTH] if fault and fault != "NO_ERROR" else name


def _inbound(item: dict[str, Any]) -> InboundReport:
    # cleanText is without the keyword of a campaign, and may be empty.
    text = item.get("text") or item.get("cleanText")
    return InboundReport(
        provider_message_id=forms.message_id(item.get("messageId"), field="messageId"),
        address=forms.required(forms.number(item.get("from"), field="from"), field="from"),
        text=forms.text(text, field="text", length=forms.BODY_LENGTH),
        recipient=forms.number(item.get("to"), field="to"),
        occurred_at=moments.iso(item.get("receivedAt")),
    )
