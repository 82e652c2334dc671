"""Africa's Talking: one status, reply or opt-out per form, unsigned and without a time."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import forms, moments
from providers.base import RECEIPT_LIMIT, Callback, Credentials, Sample, UnsignedProvider
from providers.codes import Code

BARRED = FailureClass.BARRED

# https://developers.africastalking.com/docs/sms/notifications
STATUSES = {
    "sent": MessageStatus.SENT,
    "submitted": MessageStatus.SENT,
    "buffered": MessageStatus.SENT,
    "success": MessageStatus.DELIVERED,
    "rejected": MessageStatus.FAILED,
    "failed": MessageStatus.FAILED,
    "expired": MessageStatus.FAILED,
    "absentsubscriber": MessageStatus.FAILED,
}

# What the status says where there is no reason.
FAILURES = {
    "rejected": FailureClass.REFUSED,
    "expired": FailureClass.EXPIRED,
    "absentsubscriber": FailureClass.NOT_CONNECTED,
}

# failureReason, which not all networks give.
CODES = {
    "UserDoesNotExist": Code(FailureClass.USER_UNKNOWN, _("Unknown subscriber")),
    "UserInBlackList": Code(FailureClass.OPTED_OUT, _("The recipient has unsubscribed")),
    "UserIsInactive": Code(FailureClass.DISABLED, _("The line is inactive")),
    "UserAccountSuspended": Code(FailureClass.DISABLED, _("Line suspended by the operator")),
    "NotNetworkSubscriber": Code(BARRED, _("Not a subscriber of the network")),
    "NotNetworkSubcriber": Code(BARRED, _("Not a subscriber of the network")),  # as it is spelled
    "UserNotSubscribedToProduct": Code(BARRED, _("Not subscribed to the premium service")),
    # The subscriber's airtime, for premium messages; not our account's.
    "InsufficientCredit": Code(BARRED, _("The recipient's prepaid credit is used up")),
    "DoNotDisturbRejection": Code(BARRED, _("In a register of people who want no such messages")),
    "InvalidLinkId": Code(FailureClass.SENDER_SIDE, _("Invalid link id of a premium message")),
    "DeliveryFailure": Code(FailureClass.UNDEFINED, _("Not delivered")),
}


class AfricasTalking(UnsignedProvider):
    """An Africa's Talking application."""

    slug = "africastalking"
    label = "Africa's Talking"
    # The documentation names no limit.
    receipt_limit = RECEIPT_LIMIT
    # https://developers.africastalking.com/docs/sms/notifications
    steps = (
        _("In the Africa's Talking dashboard, open your app, SMS, SMS Callback URLs."),
        _("Give the callback address as Delivery Reports, and submit it."),
        _("For replies and opt-outs, give it as Incoming Messages and as Bulk SMS Opt Out too."),
        _("Nothing is signed: keep the callback address secret."),
    )
    sample = Sample(
        body="id=ATXid_test&status=Success&phoneNumber=%2B254711000000&networkCode=63902",
        content_type=forms.FORM,
    )
    codes = CODES

    def reports(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
    ) -> Iterable[Report]:
        """Translate a delivery report, a reply or an opt-out, told apart by their fields."""
        fields = forms.form(callback)
        if "status" in fields:
            return (_status(fields),)
        if "text" in fields:
            return (_inbound(fields),)
        if "senderId" in fields:
            return (_opt_out(fields),)
        raise forms.missing("status")


def _status(fields: dict[str, Any]) -> StatusReport:
    word = forms.required(forms.text(fields.get("status"), field="status"), field="status")
    key = word.lower()
    status = STATUSES.get(key)
    code = forms.text(fields.get("failureReason"), field="failureReason", length=forms.CODE_LENGTH)
    failure = None
    if status is MessageStatus.FAILED:
        row = CODES.get(code)
        failure = row.failure if row else FAILURES.get(key, FailureClass.UNDEFINED)
    return StatusReport(
        provider_message_id=forms.message_id(fields.get("id"), field="id"),
        status=status,
        code=code,
        text=word,
        failure=failure,
        address=forms.text(fields.get("phoneNumber"), field="phoneNumber", length=forms.ID_LENGTH),
        network=forms.network(fields.get("networkCode")),
        # "Success" is the network's delivery report: the carrier's word.
        evidence=Evidence.CARRIER if status is MessageStatus.DELIVERED else Evidence.NONE,
    )


def _inbound(fields: dict[str, Any]) -> InboundReport:
    return InboundReport(
        provider_message_id=forms.message_id(fields.get("id"), field="id"),
        address=forms.required(forms.number(fields.get("from"), field="from"), field="from"),
        text=forms.text(fields["text"], field="text", length=forms.BODY_LENGTH),
        recipient=forms.number(fields.get("to"), field="to"),
        occurred_at=moments.iso(fields.get("date")),
    )


def _opt_out(fields: dict[str, Any]) -> InboundReport:
    """Translate the "Bulk SMS Opt Out" notice: it has no text, no time and no id of its own."""
    number = forms.number(fields.get("phoneNumber"), field="phoneNumber")
    return InboundReport(
        provider_message_id="",
        address=forms.required(number, field="phoneNumber"),
        text="",
        recipient=forms.text(fields["senderId"], field="senderId", length=forms.ID_LENGTH),
        keyword="STOP",
    )
