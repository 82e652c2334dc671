"""Firetext: one status per form, in UK local time, behind basic authentication."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import forms, moments, signing
from providers.base import Callback, CredentialField, Credentials, Provider, Sample
from providers.codes import Code

UNKNOWN_NUMBER = FailureClass.USER_UNKNOWN
NOT_CONNECTED = FailureClass.NOT_CONNECTED

STATUSES = {
    "0": MessageStatus.DELIVERED,
    "1": MessageStatus.FAILED,
    "2": MessageStatus.ACCEPTED,  # "pending"
}

# https://github.com/alphagov/notifications-api/blob/main/app/clients/sms/firetext.py (MIT)
CODES = {
    # Beside a failure it says that there is no reason, not that there is no error.
    "000": Code(FailureClass.UNDEFINED, _("Not delivered, without a reason")),
    "101": Code(UNKNOWN_NUMBER, _("Unknown subscriber")),
    "102": Code(NOT_CONNECTED, _("Handset switched off or out of coverage")),
    "103": Code(NOT_CONNECTED, _("The handset is busy")),
    "104": Code(FailureClass.MEMORY_FULL, _("The handset's memory is full")),
    "201": Code(UNKNOWN_NUMBER, _("Invalid recipient number")),
    "301": Code(FailureClass.BARRED, _("The line takes no SMS")),
    "302": Code(FailureClass.BARRED, _("The line takes no SMS for the time being")),
    "401": Code(FailureClass.REFUSED, _("The message was rejected")),
    "900": Code(FailureClass.UNREACHABLE, _("Routing error")),
}

UK = ZoneInfo("Europe/London")


class Firetext(Provider):
    """A Firetext account; it knows a message by our own reference."""

    slug = "firetext"
    label = "Firetext"
    # After which GOV.UK Notify gives a notification up
    # (https://github.com/alphagov/notifications-api).
    receipt_limit = timedelta(hours=72)
    # https://www.firetext.co.uk/docs
    steps = (
        _("Choose a user name and a password, and enter them in the settings below."),
        _(
            "Give Firetext the callback address for delivery receipts and for inbound messages, "
            "with user name and password before the host: https://user:password@host/…."
        ),
        _("When you send, give your own reference as reference: receipts come back with it."),
    )
    sample = Sample(
        body="mobile=447700900000&status=0&reference=test&time=2026-01-01+12%3A00%3A00",
        content_type=forms.FORM,
    )
    credential_fields = (
        CredentialField(
            "username",
            _("User name"),
            _("Choose one, and give it to Firetext with the callback URL."),
        ),
        CredentialField(
            "password", _("Password"), _("Choose one, as long as you like."), secret=True
        ),
    )
    codes = CODES

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check user name and password: Firetext signs nothing."""
        signing.check_basic(callback, credentials)

    def reports(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
    ) -> Iterable[Report]:
        """Translate one status or reply."""
        fields = forms.form(callback)
        is_reply = "message" in fields and "status" not in fields
        return (_inbound(fields) if is_reply else _status(fields),)

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str]:  # noqa: ARG002
        """Write user name and password as Firetext does."""
        return signing.basic(credentials)


def _status(fields: dict[str, Any]) -> StatusReport:
    word = forms.text(fields.get("status"), field="status").strip()
    status = STATUSES.get(forms.required(word, field="status"))
    code = forms.text(fields.get("code"), field="code", length=forms.CODE_LENGTH)
    failure = None
    if status is MessageStatus.FAILED:
        row = CODES.get(code)
        failure = row.failure if row else FailureClass.UNDEFINED
    return StatusReport(
        provider_message_id=forms.message_id(fields.get("reference"), field="reference"),
        status=status,
        code=code,
        text=word,
        occurred_at=moments.iso(fields.get("time"), zone=UK),
        failure=failure,
        address=forms.text(fields.get("mobile"), field="mobile", length=forms.ID_LENGTH),
        # Nowhere is it said whose word it is, so not more than the carrier's.
        evidence=Evidence.CARRIER if status is MessageStatus.DELIVERED else Evidence.NONE,
    )


def _inbound(fields: dict[str, Any]) -> InboundReport:
    return InboundReport(
        provider_message_id="",  # a reply has none
        address=forms.required(forms.number(fields.get("source"), field="source"), field="source"),
        text=forms.text(fields["message"], field="message", length=forms.BODY_LENGTH),
        recipient=forms.number(fields.get("destination"), field="destination"),
        occurred_at=moments.iso(fields.get("time"), zone=UK),
    )
