"""SMPP 3.4 receipts that some gateway of yours hands on over HTTP."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import regex
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import forms, receipts
from providers.base import (
    RECEIPT_LIMIT,
    BadPayload,
    Callback,
    CredentialField,
    Credentials,
    Sample,
    UnsignedProvider,
)
from providers.codes import UNLISTED, Explanation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Some patterns take for ever on some texts; whoever knows the callback address can post those.
LONGEST_SECONDS = 0.2
# Where the receipt's text stands in a query, a form or a JSON object.
TEXT_NAMES = (
    "short_message",
    "message_payload",
    "receipt",
    "message",
    "text",
    "body",
    "content",
    "dlr",
)
# A gateway may also have taken the receipt apart, or stand the TLVs alone.
PART_NAMES = ("id", "stat", "err", "done_date", "receipted_message_id", "message_state")
# What only a receipt has.
STATE_NAMES = ("receipted_message_id", "message_state", "stat")
# Who wrote, and to whom, in the names of the PDU or those that gateways use.
SENDER_NAMES = ("source_addr", "source", "from", "sender")
WRITTEN_TO_NAMES = ("destination_addr", "dest_addr", "destination", "to")
# Where a JSON object keeps a PDU's optional parameters together.
TLV_NAMES = ("tlv", "tlvs", "optional_parameters")

CONVERSIONS: dict[str, Callable[[str], str]] = {
    "hex_to_decimal": lambda text: str(int(text, 16)),
    "decimal_to_hex": lambda text: f"{int(text):x}",
}


def _pattern_field(name: str, label: "StrOrPromise", example: str) -> CredentialField:
    help_text = _("A regular expression whose first group is the value. Built in: {example}")
    return CredentialField(name, label, format_lazy(help_text, example=example))


class Smpp(UnsignedProvider):
    """A gateway that speaks SMPP to the operator and HTTP to us.

    The receipt's text comes as the body, or as a field of a query, form or JSON object; beside
    it may stand the TLVs receipted_message_id, message_state and network_error_code.
    """

    slug = "smpp"
    label = "SMPP 3.4"
    # validity_period is the message centre's choice.
    receipt_limit = RECEIPT_LIMIT
    # Your own gateway: docs/providers.md says what it may post.
    steps = (
        _(
            "Let your gateway post each receipt (deliver_sm with esm_class 4) to the callback "
            "address."
        ),
        _(
            "The text of the receipt may be the body, or the field short_message of a form or "
            "JSON object, with TLVs beside it."
        ),
        _(
            "Where receipts are written in another way than SMPP 3.4 appendix B, enter "
            "patterns in the settings below."
        ),
        _("Nothing is signed: keep the callback address secret."),
    )
    sample = Sample(
        body="id:test sub:001 dlvrd:001 submit date:2601011200 done date:2601011200 "
        "stat:DELIVRD err:000 text:",
        content_type="text/plain",
    )
    methods = ("GET", "POST")
    credential_fields = (
        _pattern_field("id_regex", _("Pattern of the id"), r"\bid:(\S+)"),
        _pattern_field("status_regex", _("Pattern of the status"), r"\bstat:(\S+)"),
        _pattern_field("error_regex", _("Pattern of the error code"), r"\berr:(\S+)"),
        CredentialField(
            "id_conversion",
            _("Conversion of the id"),
            _(
                "Where receipts write the id in another base than the answer to the submission: "
                "hex_to_decimal or decimal_to_hex."
            ),
        ),
        receipts.TIMEZONE,
    )

    def faults(self, credentials: Credentials) -> "dict[str, StrOrPromise]":
        """Check the patterns, the conversion and the time zone."""
        faults = receipts.timezone_faults(credentials)
        for name in ("id_regex", "status_regex", "error_regex"):
            pattern = credentials.get(name)
            if pattern and (fault := _pattern_fault(pattern)):
                faults[name] = fault
        if credentials.get("id_conversion") not in (None, "", *CONVERSIONS):
            faults["id_conversion"] = _("Give hex_to_decimal or decimal_to_hex, or leave it empty.")
        return faults

    def explain(self, code: str) -> Explanation:
        """Say that only the operator knows what its code means."""
        return (receipts.OPERATOR_CODE if code else UNLISTED).explanation

    def reports(self, callback: Callback, credentials: Credentials) -> Iterable[Report]:
        """Translate one receipt, or a reply: a text that is no receipt, and who wrote it."""
        fields = _fields(callback)
        receipt = _read(fields, credentials)
        sender = next((fields[name] for name in SENDER_NAMES if fields.get(name)), None)
        if sender and not receipt.id and not receipt.word and fields.keys().isdisjoint(STATE_NAMES):
            return (_inbound(fields, sender),)
        word = forms.text(fields.get("message_state"), field="message_state") or receipt.word
        message_id = forms.message_id(
            forms.text(fields.get("receipted_message_id"), field="receipted_message_id")
            or _converted(receipt.id, credentials),
            field="id",
        )
        status, failure = receipts.state(forms.required(word, field="stat"))
        code = receipt.error or forms.text(
            fields.get("network_error_code"), field="network_error_code"
        )
        report = StatusReport(
            provider_message_id=message_id,
            status=status,
            code=code[: forms.CODE_LENGTH],
            text=word[: forms.TEXT_LENGTH],
            occurred_at=receipts.occurred_at(receipt.done, zone=receipts.zone_of(credentials)),
            failure=failure,
            # A receipt is the message centre's word, that is the carrier's.
            evidence=Evidence.CARRIER if status is MessageStatus.DELIVERED else Evidence.NONE,
        )
        return (report,)


def _inbound(fields: dict[str, Any], sender: object) -> InboundReport:
    """Translate a deliver_sm that is a message; it has neither an id nor a time of its own."""
    text = next((fields[name] for name in TEXT_NAMES if fields.get(name)), "")
    to = next((fields[name] for name in WRITTEN_TO_NAMES if fields.get(name)), "")
    return InboundReport(
        provider_message_id=forms.text(
            fields.get("message_id"), field="message_id", length=forms.ID_LENGTH
        ),
        address=forms.required(forms.number(sender, field="source_addr"), field="source_addr"),
        text=forms.text(text, field="short_message", length=forms.BODY_LENGTH),
        recipient=forms.number(to, field="destination_addr"),
    )


def _fields(callback: Callback) -> dict[str, Any]:
    """Return what came in the query and the body, wherever the gateway put it."""
    found: dict[str, Any] = forms.query(callback)
    if callback.method == "GET":
        return found
    kind = forms.media_type(callback)
    if kind == forms.JSON:
        found |= forms.json_object(callback)
        for name in TLV_NAMES:
            if isinstance(found.get(name), dict):
                found |= found[name]
        return found
    if kind in ("", forms.FORM):
        named = forms.form(callback)
        # A tool that calls any body a form may still have sent the bare receipt.
        if not named.keys().isdisjoint((*TEXT_NAMES, *PART_NAMES)):
            return found | named
    return found | {"short_message": _decoded(callback.body)}


def _decoded(body: bytes) -> str:
    """Decode a bare receipt; with data_coding 8 it is UTF-16, whose every other byte is 0."""
    return body.decode("utf-16-be" if body[:1] == b"\0" else "utf-8", "replace")


def _read(fields: dict[str, Any], credentials: Credentials) -> receipts.Receipt:
    """Read the receipt's text, by the account's patterns where it has any, or its parts."""
    text = next((fields[name] for name in TEXT_NAMES if fields.get(name)), "")
    text = forms.text(text, field="short_message", length=receipts.RECEIPT_LENGTH)
    receipt = receipts.read(text)

    def part(name: str, built_in: str, pattern: str) -> str:
        written = credentials.get(pattern)
        found = _find(written, text, name=pattern) if written else built_in
        return found or forms.text(fields.get(name), field=name)

    return receipts.Receipt(
        id=part("id", receipt.id, "id_regex"),
        word=part("stat", receipt.word, "status_regex"),
        error=part("err", receipt.error, "error_regex"),
        done=part("done_date", receipt.done, ""),
    )


def _converted(text: str, credentials: Credentials) -> str:
    """Return an id in the base of the answer to the submission; what is no number stays."""
    convert = CONVERSIONS.get(credentials.get("id_conversion") or "")
    try:
        return convert(text[: forms.CODE_LENGTH]) if convert else text
    except ValueError:
        return text


def _find(written: str, text: str, *, name: str) -> str:
    """Return what an account's own pattern finds; raise BadPayload where it cannot be used."""
    try:
        found = _pattern(written, name=name).search(text, timeout=LONGEST_SECONDS)
    except TimeoutError as error:
        raise BadPayload(f"{name}: the pattern takes too long to read this text") from error
    return (found.group(1) or "") if found else ""


@lru_cache
def _pattern(text: str, *, name: str) -> "regex.Pattern[str]":
    """Compile a pattern once; accounts have few."""
    if fault := _pattern_fault(text):
        raise BadPayload(f"{name}: {fault}")
    return regex.compile(text)


def _pattern_fault(text: str) -> "StrOrPromise":
    """Return why a pattern cannot be used, empty where it can."""
    try:
        groups = regex.compile(text).groups
    except (regex.error, OverflowError, RecursionError) as error:
        return format_lazy(_("Not a regular expression: {error}"), error=error)
    return "" if groups else _("Put the value in parentheses: the first group is taken.")
