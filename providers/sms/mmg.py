"""MMG: one status per JSON request, in UK local time, behind basic authentication."""

from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import unquote_plus
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import forms, moments, signing
from providers.base import Callback, CredentialField, Credentials, Provider, Sample
from providers.codes import Code

BARRED = FailureClass.BARRED
NOT_CONNECTED = FailureClass.NOT_CONNECTED
OURS = FailureClass.SENDER_SIDE
UNKNOWN_NUMBER = FailureClass.USER_UNKNOWN

# Any other status moves nothing.  GOV.UK calls 2 and 5 permanent and 4 temporary; that is meant of
# the message: only what says that the number is gone makes the address hard.
STATUSES = {
    "2": MessageStatus.FAILED,
    "3": MessageStatus.DELIVERED,
    "4": MessageStatus.FAILED,
    "5": MessageStatus.FAILED,
}
HANDSET, OPERATOR = "3:5", "3:2"
# 3 is final, so that "delivered to operator" is all that will ever be said of the message.
EVIDENCE = {HANDSET: Evidence.HANDSET, OPERATOR: Evidence.CARRIER}

# Status and substatus: the same substatus means different things under different statuses.
# https://github.com/alphagov/notifications-api/blob/main/app/clients/sms/mmg.py (MIT)
CODES = {
    "2:1": Code(UNKNOWN_NUMBER, _("The number does not exist")),
    "2:4": Code(BARRED, _("Rejected by the operator")),
    "2:5": Code(UNKNOWN_NUMBER, _("Unidentified subscriber")),
    "2:9": Code(FailureClass.UNDEFINED, _("Not delivered")),
    "2:11": Code(FailureClass.DISABLED, _("The line's service is suspended")),
    "2:12": Code(BARRED, _("Handset not admitted by the network")),
    "2:2049": Code(BARRED, _("The recipient is blocked")),
    "2:2050": Code(BARRED, _("In a register of people who want no such messages")),
    "2:2052": Code(BARRED, _("The recipient is on a blocklist")),
    "2:2053": Code(OURS, _("The sender is on a blocklist")),
    "4:6": Code(NOT_CONNECTED, _("Handset switched off or out of coverage")),
    "4:8": Code(NOT_CONNECTED, _("The handset is roaming")),
    "4:13": Code(BARRED, _("The handset takes no SMS")),
    "4:15": Code(FailureClass.EXPIRED, _("Validity ended")),
    "4:27": Code(NOT_CONNECTED, _("Handset switched off or out of coverage")),
    "4:29": Code(FailureClass.UNDEFINED, _("The delivery report is invalid")),
    "4:32": Code(FailureClass.UNDEFINED, _("Not delivered")),
    "5:6": Code(OURS, _("The network is not covered")),
    "5:8": Code(UNKNOWN_NUMBER, _("Wrong prefix of the number")),
    "5:10": Code(BARRED, _("In a register of people who want no such messages")),
    "5:14": Code(BARRED, _("The recipient is on a blocklist")),
    "5:52": Code(UNKNOWN_NUMBER, _("Invalid recipient number")),
}
_REJECTED = Code(OURS, _("Rejected by MMG before it was sent"))
CODES |= {f"5:{substatus}": _REJECTED for substatus in (11, 13, 19, 20, 21, 23, 24, 25, 51)}

UK = ZoneInfo("Europe/London")


class Mmg(Provider):
    """An MMG account; it knows a message by our own reference (CID)."""

    slug = "mmg"
    label = "MMG"
    # After which GOV.UK Notify gives a notification up
    # (https://github.com/alphagov/notifications-api).
    receipt_limit = timedelta(hours=72)
    # MMG sets its callbacks up by hand (GOV.UK Notify, https://github.com/alphagov/notifications-api).
    steps = (
        _("Choose a user name and a password, and enter them in the settings below."),
        _(
            "Give your account manager at MMG the callback address for delivery receipts and "
            "for inbound messages, with the same user name and password (basic "
            "authentication)."
        ),
        _("When you send, give your own reference as CID: receipts come back with it."),
    )
    sample = Sample(
        body='{"CID": "test", "reference": "test", "MSISDN": "447700900000", "status": "3", '
        '"substatus": "5", "deliverytime": "2026-01-01 12:00:00"}'
    )
    credential_fields = (
        CredentialField(
            "username", _("User name"), _("Choose one, and give it to MMG with the callback URL.")
        ),
        CredentialField(
            "password", _("Password"), _("Choose one, as long as you like."), secret=True
        ),
    )
    codes = CODES

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check user name and password: MMG signs nothing."""
        signing.check_basic(callback, credentials)

    def reports(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
    ) -> Iterable[Report]:
        """Translate one status or reply."""
        fields = forms.json_object(callback)
        is_reply = "Message" in fields and "status" not in fields
        return (_inbound(fields) if is_reply else _status(fields),)

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str]:  # noqa: ARG002
        """Write user name and password as MMG does."""
        return signing.basic(credentials)


def _status(fields: dict[str, Any]) -> StatusReport:
    word = forms.required(
        forms.text(fields.get("status"), field="status", length=10).strip(), field="status"
    )
    substatus = forms.text(fields.get("substatus"), field="substatus", length=10).strip()
    status = STATUSES.get(word)
    code = f"{word}:{substatus}" if substatus else ""
    failure = None
    if status is MessageStatus.FAILED:
        row = CODES.get(code)
        failure = row.failure if row else FailureClass.UNDEFINED
    delivered = status is MessageStatus.DELIVERED
    return StatusReport(
        # CID is the reference we gave; `reference` is MMG's own.
        provider_message_id=forms.message_id(fields.get("CID"), field="CID"),
        status=status,
        code=code,
        text=word,
        occurred_at=moments.iso(fields.get("deliverytime"), zone=UK),
        failure=failure,
        address=forms.text(fields.get("MSISDN"), field="MSISDN", length=forms.ID_LENGTH),
        # Without a substatus nobody says who confirmed.
        evidence=EVIDENCE.get(code, Evidence.CARRIER) if delivered else Evidence.NONE,
    )


def _inbound(fields: dict[str, Any]) -> InboundReport:
    # Text and time are encoded as in a form, within JSON; this time, unlike the others, is UTC.
    message = forms.text(fields["Message"], field="Message", length=3 * forms.BODY_LENGTH)
    received = forms.text(fields.get("DateRecieved"), field="DateRecieved")
    return InboundReport(
        provider_message_id=forms.message_id(fields.get("ID"), field="ID"),
        address=forms.required(forms.number(fields.get("MSISDN"), field="MSISDN"), field="MSISDN"),
        text=forms.text(unquote_plus(message), field="Message", length=forms.BODY_LENGTH),
        recipient=forms.number(fields.get("Number"), field="Number"),
        occurred_at=moments.iso(unquote_plus(received), zone=UTC),
    )
