"""The simulated provider's own door: takes messages, and will owe reports on them."""

import base64
import json
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ingestion import accounts
from ingestion.accounts import Known
from messaging import addresses, segments
from messaging.statuses import MessageStatus
from providers import handsets
from providers.base import BadSignature, Callback
from providers.simulation import PlannedReport, plan
from providers.sms import simulator
from storage import rows
from tracking import finding, tokens


class _Refused(Exception):
    """The message is not taken; carries the status and the code of the answer."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


@csrf_exempt
@require_POST
def take(request: HttpRequest) -> JsonResponse:
    """Take one message; once it is answered with 202, its reports will come."""
    try:
        known, message = _read(request)
        return JsonResponse({"id": _promise(known, message, at=timezone.now())}, status=202)
    except _Refused as refused:
        said = {"code": refused.code, "text": str(refused)}
        return JsonResponse(said, status=refused.status)


def _read(request: HttpRequest) -> tuple[Known, dict[str, str]]:
    """Return account and message; raise _Refused."""
    body = request.read(settings.CALLBACK_MAX_BYTES)
    try:
        given: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _Refused(HTTPStatus.BAD_REQUEST, "", "body: not valid JSON") from error
    fields = given if isinstance(given, dict) else {}
    message = {name: str(value) for name, value in fields.items() if isinstance(value, str)}
    token = urlsplit(message.get("callback_url", "")).path.rstrip("/").rpartition("/")[2]
    known = accounts.by_token(token)
    if known is None or known.provider.slug != simulator.Simulator.slug:
        raise _Refused(HTTPStatus.UNAUTHORIZED, "", "callback_url: of no account of ours")
    callback = Callback("POST", request.path, dict(request.headers), body, timezone.now())
    try:
        known.provider.check_signature(callback, known.credentials)
    except BadSignature as error:
        raise _Refused(HTTPStatus.UNAUTHORIZED, "", str(error)) from error
    try:
        addresses.normalise("sms", message.get("to", ""))
    except addresses.BadAddress as error:
        raise _Refused(HTTPStatus.BAD_REQUEST, "101", "to: no number") from error
    return known, message


def _promise(known: Known, message: dict[str, str], *, at: datetime) -> str:
    """Write down what is owed for a message; return its id, the same for the same reference."""
    reference = message.get("reference", "")
    digest = blake2b(f"{known.account_id}.{reference}".encode(), digest_size=10).digest()
    identifier = f"SIM{base64.b32encode(digest).decode()}"
    planned = plan(
        provider_message_id=identifier,
        sent_at=at,
        address=message["to"],
        segments=max(segments.measure(message.get("text", "")).segments, 1),
        profile=simulator.profile(known.credentials),
    )
    items = [
        (owed.at, simulator.item(owed.report._replace(reference=reference)))
        for owed in planned
        for _time in range(owed.duplicates + 1)
    ]
    last = max(planned, key=lambda owed: owed.report.status or 0)
    items += _replies(known, message["to"], identifier, last)
    rows.insert(
        "ingestion_simulatedreport",
        ("account_id", "due_at", "item"),
        [(known.account_id, *item) for item in items],
    )
    _foresee_visits(known, message.get("text", ""), identifier, last, at=at)
    return identifier


def _replies(
    known: Known, address: str, identifier: str, last: PlannedReport
) -> list[tuple[datetime, str]]:
    """Return what the owner of the number writes back, and when."""
    if last.report.status is not MessageStatus.DELIVERED:
        return []
    said = handsets.reply(
        identifier,
        address=address,
        received_at=last.at,
        habits=simulator.habits(known.credentials),
    )
    if said is None:
        return []
    return [(said.at, simulator.reply_item(said, identifier=identifier, address=address))]


def _foresee_visits(
    known: Known, text: str, identifier: str, last: PlannedReport, *, at: datetime
) -> None:
    """Write down who will follow our links in a text, which was sent at that time."""
    found = [one.url for one in finding.find(text)]
    status = last.report.status
    visits = handsets.visits(
        identifier,
        [url for url in found if tokens.month(url.rpartition("/")[2])],
        sent_at=at,
        ended_at=None if status is MessageStatus.SENT else last.at,
        was_received=status is MessageStatus.DELIVERED,
        habits=simulator.habits(known.credentials),
    )
    rows.insert(
        "ingestion_simulatedvisit",
        ("due_at", "url", "method", "agent"),
        [(visit.at, visit.url, visit.method, visit.agent) for visit in visits],
    )
