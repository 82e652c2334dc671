"""A provider of any kind, configured without code: where its fields stand, what its words mean."""

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import batches, forms, moments, paths, signing, standard_webhooks, tables
from providers.base import (
    RECEIPT_LIMIT,
    BadSignature,
    Callback,
    CredentialField,
    Credentials,
    Provider,
    Sample,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What a word of theirs may mean; "none" moves nothing, and is what an unknown word means too.
STATUSES = {
    "accepted": MessageStatus.ACCEPTED,
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "failed": MessageStatus.FAILED,
    "none": None,
}
# Where a field stands unless the account says otherwise.
PATHS = {
    "id": "id",
    "status": "status",
    "code": "code",
    "time": "time",
    "text": "text",
    "address": "to",
}
PATH = re.compile(r"[^.\s]+(\.[^.\s]+){0,9}")
HEADER = re.compile(r"[A-Za-z0-9_-]+")

BY_HEADER, BY_PASSWORD, BY_HMAC, BY_WEBHOOK = "header", "basic", "hmac", "standard_webhooks"
PROOFS = (BY_HEADER, BY_PASSWORD, BY_HMAC, BY_WEBHOOK)
ALGORITHMS = ("sha256", "sha1", "sha384", "sha512")
ENCODINGS = {"hex": signing.hmac_hex, "base64": signing.hmac_base64}

PATH_HELP = _("A name, or a path such as data.message.id; in a list, a number. Default: as named.")


class Generic(Provider):
    """An account of a provider that we have no file for."""

    slug = "generic"
    label = _("Any other provider")
    # Nobody has told us: an account says so with receipt_hours.
    receipt_limit = RECEIPT_LIMIT
    # Whoever configures the account knows its provider; these are the settings that all have.
    steps = (
        _(
            "In the settings below, say under which names the provider posts id, status, code "
            "and time, and what its statuses mean."
        ),
        _("Choose the proof of origin that the provider offers, and enter its secret."),
        _(
            "At the provider, give the callback address wherever it asks for a webhook, "
            "callback or delivery report URL."
        ),
        _("Send a test callback from this page, and then a real message."),
    )
    sample = Sample()
    methods = ("GET", "POST")
    credential_fields = (
        CredentialField("id", _("Path of the message's id"), PATH_HELP),
        CredentialField("status", _("Path of the status"), PATH_HELP),
        CredentialField("code", _("Path of the error code"), PATH_HELP),
        CredentialField("time", _("Path of the time"), PATH_HELP),
        CredentialField("text", _("Path of the text"), PATH_HELP),
        CredentialField("address", _("Path of the recipient"), _("As above. Default: to.")),
        CredentialField(
            "sender",
            _("Path of a reply's sender"),
            _("Where replies come to the same URL: what has a sender and no status is one."),
        ),
        CredentialField(
            "items",
            _("Path of the list"),
            _("Where one request has several reports; the other paths begin inside each."),
        ),
        CredentialField(
            "statuses",
            _("What their statuses mean"),
            _("Their word = accepted, sent, delivered, failed or none, such as OK=delivered."),
            table=True,
        ),
        CredentialField(
            "signature",
            _("Proof of origin"),
            _(
                "header (a shared secret), basic (a password), hmac (of the body) or "
                "standard_webhooks."
            ),
        ),
        CredentialField(
            "header", _("Header"), _("For header and hmac: the one with the secret or signature.")
        ),
        CredentialField(
            "algorithm", _("Algorithm"), _("For hmac: sha256 (default), sha1, sha384 or sha512.")
        ),
        CredentialField("encoding", _("Encoding"), _("For hmac: hex (default) or base64.")),
        CredentialField("username", _("User name"), _("For basic.")),
        CredentialField(
            "secret", _("Secret"), _("The shared secret, password or signing key."), secret=True
        ),
    )

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check the one proof that the account names."""
        secrets = signing.secrets(credentials, "secret")
        proof = credentials.get("signature")
        if proof == BY_HEADER:
            _check_secret(callback, credentials, secrets)
        elif proof == BY_PASSWORD:
            signing.check_basic(callback, {**credentials, "password": credentials["secret"]})
        elif callback.method == "GET":
            raise BadSignature("GET: only what stands in a body can be signed")
        elif proof == BY_HMAC:
            _check_hmac(callback, credentials, secrets)
        elif proof == BY_WEBHOOK:
            standard_webhooks.check(callback, secrets=secrets)
        else:
            raise BadSignature("signature: not configured for this account")

    def faults(self, credentials: Credentials) -> "dict[str, StrOrPromise]":
        """Say of each credential why it cannot work."""
        return _path_faults(credentials) | _proof_faults(credentials)

    def reports(self, callback: Callback, credentials: Credentials) -> Iterable[Report]:
        """Translate one report or reply, or each of a list."""
        fields = _fields(callback)
        statuses = tables.read(credentials.get("statuses")) or {word: word for word in STATUSES}
        meanings = {word.lower(): meaning for word, meaning in statuses.items()}
        place = credentials.get("items")
        items = paths.at(fields, place) if place else fields
        if isinstance(items, dict):
            return (_item(items, credentials, meanings),)
        return batches.read(
            items,
            field=place or "body",
            report=lambda item: _item(item, credentials, meanings),
        )

    def example(self, credentials: Credentials) -> Sample:
        """Write one report where the account's paths look for it."""
        meanings = tables.read(credentials.get("statuses")).items()
        word = next((word for word, meaning in meanings if meaning == "delivered"), "delivered")
        item: dict[str, Any] = {}
        for name, value in (("id", "test"), ("status", word)):
            paths.put(item, credentials.get(name) or PATHS[name], value)
        place, said = credentials.get("items"), item
        if place:
            said = {}
            paths.put(said, place, [item])
        return Sample(body=json.dumps(said))

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str]:
        """Write the one proof that the account names."""
        key, proof = signing.secrets(credentials, "secret")[0], credentials.get("signature")
        if proof == BY_PASSWORD:
            return signing.basic({**credentials, "password": key.decode()})
        if proof == BY_WEBHOOK:
            return standard_webhooks.sign(callback, secret=key)
        if proof == BY_HMAC:
            digest = credentials.get("algorithm") or ALGORITHMS[0]
            spell = ENCODINGS[credentials.get("encoding") or "hex"]
            key = spell(callback.body, key=key, digest=digest)
        return {credentials.get("header") or "X-Signature": key.decode()}


def _fields(callback: Callback) -> Any:
    """Return what stands in the body, whatever it calls itself; by GET, in the query."""
    if callback.method == "GET":
        return forms.query(callback)
    is_json = callback.body.lstrip()[:1] in (b"{", b"[")
    return forms.json_body(callback) if is_json else forms.form(callback)


def _item(item: dict[str, Any], credentials: Credentials, meanings: dict[str, str]) -> Report:
    found = {name: paths.at(item, credentials.get(name) or usual) for name, usual in PATHS.items()}
    # Named by the account only: a report whose status is not found must not pass for a reply.
    sender = paths.at(item, credentials["sender"]) if credentials.get("sender") else None
    is_reply = sender is not None and found["status"] is None
    return _inbound(found, sender) if is_reply else _status(found, meanings)


def _inbound(found: dict[str, Any], given: object) -> InboundReport:
    sender = forms.number(given, field="sender")
    return InboundReport(
        # Some give a reply no id.
        provider_message_id=forms.text(found["id"], field="id", length=forms.ID_LENGTH),
        address=forms.required(sender, field="sender"),
        text=forms.text(found["text"], field="text", length=forms.BODY_LENGTH),
        recipient=forms.number(found["address"], field="address"),
        occurred_at=moments.iso(found["time"]) or moments.epoch(found["time"]),
    )


def _status(found: dict[str, Any], meanings: dict[str, str]) -> StatusReport:
    word = forms.required(forms.text(found["status"], field="status"), field="status")
    status = STATUSES.get(meanings.get(word.lower(), ""))
    said = forms.text(found["text"], field="text")
    return StatusReport(
        provider_message_id=forms.message_id(found["id"], field="id"),
        status=status,
        code=forms.text(found["code"], field="code", length=forms.CODE_LENGTH),
        text=f"{word}; {said}"[: forms.TEXT_LENGTH] if said else word,
        occurred_at=moments.iso(found["time"]) or moments.epoch(found["time"]),
        # What their codes mean is said by qualifying them.
        failure=FailureClass.UNDEFINED if status is MessageStatus.FAILED else None,
        address=forms.text(found["address"], field="address", length=forms.ID_LENGTH),
        # Whose word it is, nobody has told us: so it is the provider's.
        evidence=Evidence.PROVIDER if status is MessageStatus.DELIVERED else Evidence.NONE,
    )


def _check_secret(callback: Callback, credentials: Credentials, secrets: list[bytes]) -> None:
    if not signing.matches(_header(callback, credentials), secrets):
        raise BadSignature("shared secret: missing or does not match")


def _check_hmac(callback: Callback, credentials: Credentials, secrets: list[bytes]) -> None:
    digest = credentials.get("algorithm") or ALGORITHMS[0]
    encoding = credentials.get("encoding") or "hex"
    if digest not in ALGORITHMS or encoding not in ENCODINGS:
        raise BadSignature("algorithm or encoding: not known")
    # Some write "sha256=" before it, and some write hexadecimal in capitals.
    given = _header(callback, credentials).removeprefix(f"{digest}=")
    given = given.lower() if encoding == "hex" else given
    spell = ENCODINGS[encoding]
    if not signing.matches(
        given, (spell(callback.body, key=key, digest=digest) for key in secrets)
    ):
        raise BadSignature("HMAC: missing or does not match")


def _header(callback: Callback, credentials: Credentials) -> str:
    name = credentials.get("header")
    return callback.header(name.lower()) if name else ""


def _path_faults(credentials: Credentials) -> "dict[str, StrOrPromise]":
    found: dict[str, StrOrPromise] = {
        name: _("Write a path like data.message.id, without blanks.")
        for name in (*PATHS, "sender", "items")
        if credentials.get(name) and not PATH.fullmatch(credentials[name])
    }
    meanings = tables.read(credentials.get("statuses")).values()
    if not all(meaning in STATUSES for meaning in meanings):
        found["statuses"] = _(
            "A status can only mean accepted, sent, delivered, failed or none: OK=delivered."
        )
    return found


def _proof_faults(credentials: Credentials) -> "dict[str, StrOrPromise]":
    proof, header = credentials.get("signature") or "", credentials.get("header") or ""
    found: dict[str, StrOrPromise] = {}
    if proof not in ("", *PROOFS):
        found["signature"] = _("Give header, basic, hmac or standard_webhooks.")
    elif credentials.get("secret") and not proof:
        found["signature"] = _(
            "Say what the secret is for: header, basic, hmac or standard_webhooks."
        )
    if (header or proof in (BY_HEADER, BY_HMAC)) and not HEADER.fullmatch(header):
        found["header"] = _("Give the name of the header, such as X-Signature.")
    if proof == BY_PASSWORD and not credentials.get("username"):
        found["username"] = _("Give the user name that goes with the password.")
    if credentials.get("algorithm", "") not in ("", *ALGORITHMS):
        found["algorithm"] = _("Give sha256, sha1, sha384 or sha512.")
    if credentials.get("encoding", "") not in ("", *ENCODINGS):
        found["encoding"] = _("Give hex or base64.")
    return found | (_webhook_faults(credentials) if proof == BY_WEBHOOK else {})


def _webhook_faults(credentials: Credentials) -> "dict[str, StrOrPromise]":
    value = credentials.get("secret") or []
    secrets = [value] if isinstance(value, str) else value
    if all(standard_webhooks.key_of(secret) for secret in secrets):
        return {}
    return {"secret": _("Give a secret of Standard Webhooks: whsec_ and base64.")}
