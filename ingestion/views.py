"""The door: a callback is verified over its raw bytes, stored, and only then acknowledged."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from ingestion import accounts, bodies, figures, inbox, trials
from ingestion.batcher import Unavailable, batcher
from ingestion.models import Proof
from providers.base import BadSignature, Callback, CannotVerify, Provider, Unauthenticated

RETRY_AFTER_SECONDS = "10"


class Refused(Exception):
    """The request is not let in; carries the answer."""

    def __init__(self, status: int, text: str) -> None:
        """Keep status and text."""
        super().__init__(text)
        self.response = _plain(status, text)


@csrf_exempt
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """Take one callback; a 2xx means that it is committed."""
    try:
        return _acknowledgement(_take(request, token))
    except Refused as refused:
        return refused.response
    except Unavailable:
        response = _plain(503, "The callback could not be stored: send it again.")
        response["Retry-After"] = RETRY_AFTER_SECONDS
        return response


def _take(request: HttpRequest, token: str) -> Provider:
    """Verify and store a callback; return whose it is."""
    received_at = timezone.now()
    account = accounts.by_token(token)
    if account is None:
        raise Refused(404, "There is no such callback address.")
    provider = account.provider
    if request.method not in provider.methods:
        refused = Refused(405, f"{provider.label} calls with {' or '.join(provider.methods)}.")
        refused.response["Allow"] = ", ".join(provider.methods)
        raise refused
    query = request.META.get("QUERY_STRING", "")
    callback = Callback(
        method=request.method,
        url=f"{settings.PUBLIC_URL}{request.path}{'?' if query else ''}{query}",
        headers=_headers(request.META),
        body=_body(request, limit=provider.max_bytes or settings.CALLBACK_MAX_BYTES),
        received_at=received_at,
    )
    if provider.is_probe(callback):
        return provider
    proof = _proven(callback, account, token)
    batcher.store(
        inbox.arrival(account_id=account.account_id, callback=callback, query=query, proof=proof)
    )
    return provider


def _proven(callback: Callback, account: accounts.Known, token: str) -> Proof:
    """Return what lets a callback in; raise Refused where nothing does."""
    trial = trials.ticket(callback, account_id=account.account_id)
    if trial:
        # Who has just changed the credentials tests the new ones.
        account = accounts.by_token(token, anew=True) or account
    if trial and not trial.signed:
        # Only its provider could sign it: our own proof stands in for that, for a test alone.
        return Proof.TRIAL
    try:
        account.provider.verify(callback, account.credentials)
    except CannotVerify as error:
        raise Refused(503, "The signature cannot be checked now: send it again.") from error
    except BadSignature as error:
        figure = figures.TEST if trial else figures.REFUSED
        batcher.count(figure, account_id=account.account_id, at=callback.received_at)
        # Who tests the way to us is told what a stranger is not.
        text = str(error) if trial else "The signature is missing or wrong."
        raise _refusal(error, text) from error
    return Proof.TRIAL if trial else account.proof


def _refusal(error: BadSignature, text: str) -> Refused:
    if not isinstance(error, Unauthenticated):
        return Refused(403, text)
    refused = Refused(401, text)
    refused.response["WWW-Authenticate"] = 'Basic realm="callbacks"'
    return refused


def _headers(meta: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers by name, as `request.headers` does in three times the time."""
    headers = {_header_name(key): text for key, text in meta.items() if key.startswith("HTTP_")}
    for key, name in (("CONTENT_TYPE", "Content-Type"), ("CONTENT_LENGTH", "Content-Length")):
        if key in meta:
            headers[name] = meta[key]
    return headers


@lru_cache(maxsize=1024)
def _header_name(key: str) -> str:
    return key.removeprefix("HTTP_").replace("_", "-").title()


def _body(request: HttpRequest, *, limit: int) -> bytes:
    """Read the body; raise Refused where it is too large, or ends too soon."""
    stated = request.META.get("CONTENT_LENGTH") or ""
    if stated and not stated.isdecimal():
        raise Refused(400, "The Content-Length is not a number.")
    # More digits than these make no difference.
    length = int(stated[:20] or 0)
    if length > limit:
        raise Refused(413, f"A callback may have {limit} bytes.")
    try:
        body = bodies.source(request).read(limit + 1)
    except OSError as error:
        raise Refused(400, "The request ended before its body did.") from error
    if len(body) > limit:
        raise Refused(413, f"A callback may have {limit} bytes.")
    if len(body) < length:
        raise Refused(400, "The request ended before its body did.")
    return body


def _acknowledgement(provider: Provider) -> HttpResponse:
    if provider.success_body:
        return _plain(200, provider.success_body)
    return HttpResponse(status=204)


def _plain(status: int, text: str) -> HttpResponse:
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    # Django would log the path of every refusal, and with it a token; refusals are counted instead.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response
