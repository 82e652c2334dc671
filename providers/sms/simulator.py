"""A provider that sends nothing to the world: several reports in one signed JSON body."""

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import batches, forms, moments, signing
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
from providers.handsets import Habits, Reply
from providers.simulation import DELIVERED, Outage, PlannedReport, Profile, plan

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

__all__ = [
    "CODES",
    "Outage",
    "PlannedReport",
    "Profile",
    "Simulator",
    "encode",
    "plan",
    "sign",
]

HEADER = "X-Simulator-Signature"
NUMBER = re.compile(r"0\.[1-9]|[1-9][0-9]{0,2}(\.[0-9])?|1000")
PERCENT = re.compile(r"[0-9]{1,2}|100")
PERCENTS = ("silent", "clicks", "replies")

STATUSES = {
    "accepted": MessageStatus.ACCEPTED,
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "failed": MessageStatus.FAILED,
}

# The plan also fails messages with 199, which is in no table, as happens with real providers.
CODES = {
    "101": Code(FailureClass.USER_UNKNOWN, _("Unknown number")),
    "102": Code(FailureClass.NOT_CONNECTED, _("Phone switched off")),
    "103": Code(FailureClass.UNREACHABLE, _("Network out of order")),
    "104": Code(FailureClass.MEMORY_FULL, _("Phone full")),
    "105": Code(FailureClass.EXPIRED, _("Validity ended")),
    "106": Code(FailureClass.REFUSED, _("Filtered as unwanted")),
    "107": Code(FailureClass.OPTED_OUT, _("The recipient has unsubscribed")),
    "108": Code(FailureClass.DISABLED, _("Line closed")),
    "109": Code(FailureClass.LANDLINE, _("Landline")),
    "110": Code(FailureClass.SENDER_SIDE, _("Sender not registered")),
    "111": Code(FailureClass.BARRED, _("Barred by the recipient")),
}


class Simulator(Provider):
    """Our own format: several reports in one signed JSON body."""

    slug = "simulator"
    label = _("Simulator (sends nothing)")
    # As for a provider of whom nothing is known; the simulated world takes half an hour at most.
    receipt_limit = RECEIPT_LIMIT
    calls_from_here = True
    # Ours: docs/simulator.md.
    steps = (
        _(
            "Nothing to do: the secret was made with the account, and what is sent here, or by "
            "manage.py simulate, is reported to its callback address."
        ),
        _("The simulator sends nothing to the world: use it to see how everything looks."),
    )
    sample = Sample(body='{"reports": [{"id": "test", "status": "delivered"}]}')
    credential_fields = (
        CredentialField(
            "secret",
            _("Secret"),
            _("Signs the simulated callbacks; made by us when the account is made."),
            secret=True,
        ),
        CredentialField(
            "speed",
            _("Speed of the simulated world"),
            _("For messages sent here: divides every delay. Default: 1, half arrive within 6 s."),
        ),
        CredentialField(
            "silent",
            _("Percent without a last receipt"),
            _("For messages sent here: these are unknown in the end. Default: 0."),
        ),
        CredentialField(
            "clicks",
            _("Percent who follow the link"),
            _("For messages sent here: people, and previews and robots with them. Default: 0."),
        ),
        CredentialField(
            "replies",
            _("Percent who write back"),
            _("For messages sent here: of those who receive them, most with STOP. Default: 0."),
        ),
    )
    codes = CODES

    def faults(self, credentials: Credentials) -> "dict[str, StrOrPromise]":
        """Check the numbers of the simulated world."""
        found: dict[str, StrOrPromise] = {}
        if not NUMBER.fullmatch(str(credentials.get("speed") or "1")):
            found["speed"] = _("Give a number from 0.1 to 1000.")
        for name in PERCENTS:
            if not PERCENT.fullmatch(str(credentials.get(name) or "0")):
                found[name] = _("Give whole percents, from 0 to 100.")
        return found

    def new_credentials(self) -> dict[str, Any]:
        """Make the secret: there is nobody else to give one."""
        return {"secret": secrets.token_hex(32)}

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check the HMAC-SHA256 of the raw body."""
        keys = signing.secrets(credentials, "secret")
        given = callback.header(HEADER.lower())
        if not signing.matches(given, (_proof(callback.body, key) for key in keys)):
            raise BadSignature(f"{HEADER}: missing or does not match")

    def reports(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
    ) -> Iterator[Report]:
        """Translate reports and replies; a bad one does not keep the good ones from being read."""
        items = forms.json_object(callback).get("reports")
        return batches.read(items, field="reports", report=_report)

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str]:
        """Write the HMAC of the body."""
        return sign(callback.body, signing.secrets(credentials, "secret")[0].decode())


def sign(body: bytes, secret: str) -> dict[str, str]:
    """Return the headers with which a body must be posted."""
    return {
        "Content-Type": forms.JSON,
        HEADER: _proof(body, secret.encode()).decode(),
    }


def _proof(body: bytes, key: bytes) -> bytes:
    return signing.hmac_hex(body, key=key, digest="sha256")


def encode(reports: Iterable[StatusReport]) -> bytes:
    """Write reports as one body."""
    return join(item(report) for report in reports)


def join(items: Iterable[str]) -> bytes:
    """Write items, each written already, as one body."""
    return f'{{"reports":[{",".join(items)}]}}'.encode()


def profile(credentials: Credentials) -> Profile:
    """Return how the world behaves for messages that are sent through an account."""
    silent = _share(credentials, "silent")
    delivered = DELIVERED * (1 - silent)
    return Profile(delivered=delivered, silent=silent, speed=_speed(credentials))


def habits(credentials: Credentials) -> Habits:
    """Return what people do with messages that are sent through an account."""
    return Habits(
        clicks=_share(credentials, "clicks"),
        replies=_share(credentials, "replies"),
        speed=_speed(credentials),
    )


def _share(credentials: Credentials, name: str) -> float:
    return int(credentials.get(name) or 0) / 100


def _speed(credentials: Credentials) -> float:
    return float(credentials.get("speed") or 1)


def item(report: StatusReport) -> str:
    """Write one report; what is empty is left out."""
    fields = {
        "id": report.provider_message_id,
        "status": report.text,
        "code": report.code,
        "at": report.occurred_at.isoformat() if report.occurred_at else "",
        "to": report.address,
        "segments": report.segments,
        "price": str(report.price) if report.price is not None else "",
        "currency": report.currency,
        "network": report.network,
        "reference": report.reference,
    }
    return _compact(fields)


def reply_item(reply: Reply, *, identifier: str, address: str) -> str:
    """Write what somebody answers to the message of that id."""
    return _compact(
        {
            "id": f"{identifier}-reply",
            "from": address,
            "text": reply.text,
            "at": reply.at.isoformat(),
        }
    )


def _compact(fields: dict[str, Any]) -> str:
    given = {name: value for name, value in fields.items() if value}
    return json.dumps(given, separators=(",", ":"))


def _report(item: dict[str, Any]) -> Report:
    return _reply(item) if "from" in item else _status(item)


def _reply(item: dict[str, Any]) -> InboundReport:
    return InboundReport(
        provider_message_id=forms.message_id(item.get("id"), field="id"),
        address=forms.required(forms.number(item["from"], field="from"), field="from"),
        text=forms.text(item.get("text"), field="text", length=forms.BODY_LENGTH),
        recipient=forms.number(item.get("to"), field="to"),
        occurred_at=moments.iso(item.get("at")),
    )


def _status(item: dict[str, Any]) -> StatusReport:
    word = forms.required(forms.text(item.get("status"), field="status"), field="status")
    status = STATUSES.get(word)
    code = forms.text(item.get("code"), field="code", length=forms.CODE_LENGTH)
    failure = None
    if status is MessageStatus.FAILED:
        failure = CODES[code].failure if code in CODES else FailureClass.UNDEFINED
    return StatusReport(
        provider_message_id=forms.message_id(item.get("id"), field="id"),
        status=status,
        code=code,
        text=word,
        occurred_at=moments.iso(item.get("at")),
        failure=failure,
        address=forms.text(item.get("to"), field="to", length=forms.ID_LENGTH),
        segments=forms.whole_number(item.get("segments")),
        price=forms.price(item.get("price")),
        currency=forms.currency(item.get("currency")),
        network=forms.network(item.get("network")),
        # We play the handset too.
        evidence=Evidence.HANDSET if status is MessageStatus.DELIVERED else Evidence.NONE,
        reference=forms.text(item.get("reference"), field="reference", length=forms.ID_LENGTH),
    )
