"""Jasmin: the HTTP throwers of delivery receipts, levels 1 to 3, and of replies (SMS-MO)."""

from collections.abc import Iterable
from datetime import timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import forms, receipts
from providers.base import BadPayload, Callback, Credentials, Sample, UnsignedProvider
from providers.codes import UNLISTED, Explanation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ACCEPTED = "ESME_ROK"
# data_coding of texts in two bytes a letter.
UCS2 = "8"


class Jasmin(UnsignedProvider):
    """A Jasmin gateway that calls us by GET or POST (dlr-method).

    Jasmin repeats a callback until the answer's body is exactly `ACK/Jasmin`.
    """

    slug = "jasmin"
    label = "Jasmin"
    # dlr_expiry of a connector is 86400 seconds by default: then Jasmin forgets whom to tell
    # (https://docs.jasminsms.com/en/latest/management/jcli/modules.html).
    receipt_limit = timedelta(hours=24)
    # https://docs.jasminsms.com/en/latest/apis/http/index.html
    steps = (
        _(
            "When you send, give dlr=yes, dlr-level=3 (or 2), dlr-method=POST (or GET), and "
            "the callback address as dlr-url."
        ),
        _('Register each message under the id that send returned (Success "…").'),
        _("Nothing is signed: keep the callback address secret."),
    )
    sample = Sample(
        body="id=test&level=2&message_status=DELIVRD&id_smsc=1&sub=001&dlvrd=001&err=000",
        content_type=forms.FORM,
    )
    methods = ("GET", "POST")
    success_body = "ACK/Jasmin"
    credential_fields = (receipts.TIMEZONE,)
    codes = receipts.COMMAND_CODES

    def faults(self, credentials: Credentials) -> "dict[str, StrOrPromise]":
        """Check the time zone."""
        return receipts.timezone_faults(credentials)

    def explain(self, code: str) -> Explanation:
        """Explain an ESME_ name; other codes are the operator's own."""
        unnamed = UNLISTED if not code or code.startswith("ESME_") else receipts.OPERATOR_CODE
        return self.codes.get(code, unnamed).explanation

    def reports(self, callback: Callback, credentials: Credentials) -> Iterable[Report]:
        """Translate one delivery receipt, or a reply: only that has an origin-connector."""
        fields = forms.fields(callback)
        if "origin-connector" in fields:
            return (_inbound(fields),)
        return (_report(fields, receipts.zone_of(credentials)),)


def _report(fields: dict[str, Any], zone: tzinfo) -> StatusReport:
    message_id = forms.message_id(fields.get("id"), field="id")
    word = forms.text(fields.get("message_status"), field="message_status", length=64).upper()
    error = forms.text(fields.get("err"), field="err", length=forms.CODE_LENGTH)
    status, failure = _state(word) if word else _counted(fields, error)
    return StatusReport(
        provider_message_id=message_id,
        status=status,
        code=word if word.startswith("ESME_") and failure else error,
        text=word,
        occurred_at=receipts.occurred_at(
            forms.text(fields.get("donedate"), field="donedate"), zone=zone
        ),
        failure=failure,
        # The message centre says so in its receipt: the carrier's word.
        evidence=Evidence.CARRIER if status is MessageStatus.DELIVERED else Evidence.NONE,
    )


def _state(word: str) -> receipts.State:
    """Return what message_status means: the answer to the submission, or a receipt's state."""
    if word == ACCEPTED:
        return receipts.ACCEPTED
    if word.startswith("ESME_"):
        row = receipts.COMMAND_CODES.get(word)
        return receipts.State(MessageStatus.FAILED, row.failure if row else FailureClass.UNDEFINED)
    return receipts.state(word)


def _counted(fields: dict[str, Any], error: str) -> receipts.State:
    """Return what the counters say where there is no message_status (seen in courier's tests)."""
    delivered = forms.text(fields.get("dlvrd"), field="dlvrd", length=forms.CODE_LENGTH)
    if delivered.lstrip("0") == "1":
        return receipts.DELIVERED
    if error.lstrip("0") == "1":
        return receipts.FAILED
    raise forms.missing("message_status")


def _inbound(fields: dict[str, Any]) -> InboundReport:
    """Translate a reply (Jasmin's documentation, HTTP API, "Receiving SMS-MO")."""
    return InboundReport(
        provider_message_id=forms.message_id(fields.get("id"), field="id"),
        address=forms.required(forms.number(fields.get("from"), field="from"), field="from"),
        text=_content(fields),
        recipient=forms.number(fields.get("to"), field="to"),
    )


def _content(fields: dict[str, Any]) -> str:
    """Return the text; `content` has the bytes as they came, `binary` the same in hexadecimal."""
    binary = forms.text(fields.get("binary"), field="binary", length=4 * forms.BODY_LENGTH)
    if binary and str(fields.get("coding")) == UCS2:
        try:
            decoded = bytes.fromhex(binary).decode("utf-16-be", "replace")
        except ValueError as error:
            raise BadPayload("binary: not hexadecimal") from error
        return forms.text(decoded, field="binary", length=forms.BODY_LENGTH)
    return forms.text(fields.get("content"), field="content", length=forms.BODY_LENGTH)
