"""What e-mail providers have in common: proofs at the door, and how their events are judged."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from messaging.channels import Channel
from messaging.failures import FailureClass
from messaging.reports import Report
from providers import forms, mail_codes, mail_events, mail_reports, signing
from providers.base import (
    BadPayload,
    BadSignature,
    Callback,
    CredentialField,
    Credentials,
    Provider,
    Unauthenticated,
)
from providers.codes import UNLISTED, Explanation
from providers.mail_codes import MailCode

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# A mail server that does not answer is tried for 4 to 5 days: RFC 5321, 4.5.4.1.
RECEIPT_LIMIT = timedelta(days=5)
# Events come in batches, of up to 10,000 at one provider; a single one has some 2 KB.
MOST_BYTES = 10 * 1024 * 1024

SECRET = CredentialField(
    "webhook_secret",
    _("User and password"),
    _("As user:password. Callbacks without them are refused; left empty, none are asked for."),
    secret=True,
)
PROOF_STEP = _(
    "Choose a user and a password, write them as user:password into the settings below, and put "
    "them before the host of the callback address, as in https://user:password@host/…"
)


class MailProvider(Provider):
    """A kind of e-mail account; its events are read by a tracking view of django-anymail.

    view: the view's place in anymail.webhooks; key: the credential that signs callbacks;
    signs_always: whether none comes unsigned, so that without the key all are refused.
    """

    channel = Channel.EMAIL
    max_bytes = MOST_BYTES
    view: ClassVar[str]
    key: ClassVar[str] = ""
    signs_always: ClassVar[bool] = False
    codes: ClassVar[Mapping[str, MailCode]] = {}

    def named(self, credentials: Credentials) -> dict[str, Any]:
        """Return credentials by our names: anymail's settings in lower case, without the provider.

        As anymail writes them, in capitals and with the provider's name before them, they do too.
        """
        known = {field.name for field in self.credential_fields}
        return {
            short
            if (short := name.lower().removeprefix("anymail_").removeprefix(f"{self.slug}_"))
            in known
            else name: value
            for name, value in credentials.items()
        }

    def is_signed(self, credentials: Credentials) -> bool:
        """Tell whether anything but the secret address has to prove a callback."""
        secrets = [field.name for field in self.credential_fields if field.secret]
        return self.signs_always or any(credentials.get(name) for name in secrets)

    def lacks_secret(self, credentials: Credentials) -> bool:
        """Tell whether the key is missing by which every callback is signed, whatever else is set.

        User and password do not stand in for it.
        """
        return self.signs_always and not self.named(credentials).get(self.key)

    def faults(self, credentials: Credentials) -> "dict[str, StrOrPromise]":
        """Return what is wrong with user and password."""
        given = credentials.get(SECRET.name) or []
        pairs = [given] if isinstance(given, str) else given
        if all(":" in pair for pair in pairs):
            return {}
        return {SECRET.name: _("Write user and password with a colon between them.")}

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check user and password, and the provider's signature, where the account has them."""
        credentials = self.named(credentials)
        if credentials.get(SECRET.name):
            _check_user(callback, signing.secrets(credentials, SECRET.name))
        if self._owes_key(credentials):
            self.check_key(callback, credentials, signing.secrets(credentials, self.key))

    def check_key(self, callback: Callback, credentials: Credentials, keys: list[bytes]) -> None:
        """Raise BadSignature unless one of the keys has signed; for kinds that have a key."""
        raise NotImplementedError

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str] | None:
        """Write user and password, and the signature where we can make it."""
        credentials = self.named(credentials)
        headers = user_header(credentials)
        if not self._owes_key(credentials):
            return headers
        proof = self.prove(callback, signing.secrets(credentials, self.key)[0])
        return None if proof is None else headers | proof

    def prove(self, callback: Callback, key: bytes) -> dict[str, str] | None:  # noqa: ARG002 (for kinds)
        """Return the headers that a key signs with; None where only the provider has it."""
        return None

    def _owes_key(self, credentials: Credentials) -> bool:
        return bool(self.key) and (self.signs_always or bool(credentials.get(self.key)))

    def reports(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
    ) -> Iterable[Report]:
        """Translate the events of a callback; of a batch, those that can be read come first."""
        try:
            return self._read(callback)
        except BadPayload:
            singles = self.singles(callback)
            if len(singles) < 2:  # noqa: PLR2004 (nothing else is in it)
                raise
        return self._read_each(singles)

    def singles(self, callback: Callback) -> list[Callback]:
        """Cut a batch into callbacks of one event each."""
        return [with_body(callback, [item]) for item in listed(forms.json_body(callback))]

    def happened(self, event: Any) -> str:
        """Return what happened, in anymail's words; a kind adds what anymail does not know yet."""
        return str(event.event_type)

    def word(self, event: Any) -> str:  # noqa: ARG002 (for kinds)
        """Return the provider's own word for why an event came, by which `codes` judges it."""
        return ""

    def reply(self, event: Any) -> str:  # noqa: ARG002 (for kinds)
        """Return the status code that the provider gives apart from the mail server's answer."""
        return ""

    def is_temporary(self, event: Any) -> bool:  # noqa: ARG002 (for kinds)
        """Tell whether the provider calls a failure temporary: then it is never hard."""
        return False

    def explain(self, code: str) -> Explanation:
        """Say in plain words what a word of the provider or a status code of SMTP means."""
        return (self.codes.get(code) or mail_codes.of_code(code) or UNLISTED).explanation

    def lists(self, code: str) -> bool:
        """Tell whether a code is known, here or by the standard."""
        return code in self.codes or mail_codes.of_code(code) is not None

    def _read(self, callback: Callback) -> list[Report]:
        events = mail_events.events(self.view, callback)
        return [report for event in events for report in mail_reports.of(event, provider=self)]

    def _read_each(self, singles: list[Callback]) -> Iterator[Report]:
        faults = []
        for position, single in enumerate(singles):
            try:
                yield from self._read(single)
            except BadPayload as error:
                faults.append(f"[{position}] {error}")
        if faults:
            raise BadPayload(faults[0])

    def by_default(self, event: Any) -> FailureClass:
        """Return what a failure means that nothing else explains."""
        return mail_reports.by_kind(self.happened(event), event.reject_reason)


class SignedBody(MailProvider):
    """A provider whose header holds the HMAC-SHA256 of the raw body in hexadecimal."""

    header: ClassVar[str]

    def check_key(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
        keys: list[bytes],
    ) -> None:
        """Check the HMAC of the body."""
        proofs = (signing.hmac_hex(callback.body, key=key, digest="sha256") for key in keys)
        if not signing.matches(callback.header(self.header.lower()), proofs):
            raise BadSignature(f"{self.header}: missing or does not match")

    def prove(self, callback: Callback, key: bytes) -> dict[str, str]:
        """Write the HMAC of the body."""
        return {self.header: signing.hmac_hex(callback.body, key=key, digest="sha256").decode()}


def listed(value: object) -> list[Any]:
    """Return a list, an empty one where there is none."""
    return value if isinstance(value, list) else []


def with_body(callback: Callback, value: object) -> Callback:
    """Return a callback with this JSON for its body."""
    return replace(callback, body=json.dumps(value).encode())


def with_form(callback: Callback, fields: Mapping[str, str]) -> Callback:
    """Return a callback with these fields for its body."""
    headers = dict(callback.headers) | {"Content-Type": forms.FORM}
    return replace(callback, body=urlencode(fields).encode(), headers=headers)


def user_of(callback: Callback) -> str:
    """Return user and password as a callback gives them, empty where it gives none."""
    scheme, _blank, given = callback.header("authorization").partition(" ")
    return signing.decoded(given.strip()).decode("utf-8", "replace") if scheme else ""


def user_header(credentials: Credentials) -> dict[str, str]:
    """Return the header of an account's user and password, none where it asks for none."""
    if not credentials.get(SECRET.name):
        return {}
    pair = signing.secrets(credentials, SECRET.name)[0]
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _check_user(callback: Callback, pairs: list[bytes]) -> None:
    scheme, _blank, given = callback.header("authorization").partition(" ")
    if not scheme:
        raise Unauthenticated("Authorization: missing")
    expected = (base64.b64encode(pair) for pair in pairs)
    if scheme.lower() != "basic" or not signing.matches(given.strip(), expected):
        raise BadSignature("Authorization: does not match")
