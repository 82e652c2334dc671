"""Handing a message over, as a provider is asked for it and answers: translation only.

What goes over the wire, and whether it left, is the courier's business.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, final
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from providers.base import CredentialField, Credentials

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
LONGEST_TEXT, LONGEST_CODE, LONGEST_ID = 300, 64, 255
# Kept in English beside the message; pages say it in the reader's language.
UNREADABLE = gettext_noop("Success, but the answer cannot be read.")
# A provider that wants to be left alone for longer is asked again all the same.
LONGEST_PAUSE = 900.0
# The account is at fault, not the message: credentials, credit, or an address that is no API.
OF_THE_ACCOUNT = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
)
# A request timed out, or met another one: whether it was taken is not said.
OF_NOBODY_KNOWS = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT)

BASE_URL = CredentialField(
    "base_url",
    _("Address of the API"),
    _("Only where it is not the usual one, such as a proxy of yours: https://…"),
)


ADDRESS = re.compile(r"https?://[!-~]+")
WHOLE_ADDRESS = _("Give a whole address: https://…")


class Text(NamedTuple):
    """One message that is to be handed over.

    reference: our own name of it; address: E.164; callback_url: where receipts of this message
    are to go; seconds: how long it is valid from now on; unicode: GSM-7 cannot write it.
    """

    reference: str
    address: str
    sender: str
    text: str
    callback_url: str
    seconds: int
    unicode: bool = False

    @property
    def digits(self) -> str:
        """Return the address without its plus sign."""
        return self.address.lstrip("+")


class Request(NamedTuple):
    """One HTTP request; a URL that begins with a slash is on our own server."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"


class Reply(NamedTuple):
    """What an HTTP server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def text(self) -> str:
        """Return the body as text that PostgreSQL takes."""
        return self.body.decode("utf-8", "replace").replace("\0", "")

    def json(self) -> Any:
        """Return what a JSON body says, None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def fields(self) -> dict[str, Any]:
        """Return a JSON body that is an object, an empty one for anything else."""
        found = self.json()
        return found if isinstance(found, dict) else {}

    def retry_after(self) -> float | None:
        """Return the seconds that the server asks for, None where it does not say."""
        said = next(
            (text for name, text in self.headers.items() if name.lower() == "retry-after"), ""
        )
        return min(float(said), LONGEST_PAUSE) if said.isascii() and said.isdigit() else None


class Accepted(NamedTuple):
    """The provider has it, under these ids: one for each part that it reports on by itself."""

    ids: tuple[str, ...]


class Refused(NamedTuple):
    """The provider will not take this message, and said why."""

    code: str
    text: str


class Later(NamedTuple):
    """It was certainly not taken, and may be tried again; seconds: when, if that was said."""

    text: str
    seconds: float | None = None


class Blocked(NamedTuple):
    """It was certainly not taken, nor will any other be, before somebody mends the account."""

    text: str


class Unclear(NamedTuple):
    """Nobody knows whether it was taken: it is never sent again by itself."""

    text: str


Outcome = Accepted | Refused | Later | Blocked | Unclear


class Submitter:
    """How one account hands messages over; a kind overrides `submission`, `ids` and `refusal`."""

    credential_fields: ClassVar[tuple[CredentialField, ...]] = ()
    # Without these nothing can be handed over.
    needs: ClassVar[tuple[str, ...]] = ()
    # What is documented to mean that the message was not taken, and may be sent again.
    again: ClassVar[tuple[int, ...]] = (HTTPStatus.TOO_MANY_REQUESTS,)
    # Messages a second, where the account says nothing.
    rate: ClassVar[int] = 10

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    def faults(self) -> "dict[str, StrOrPromise]":
        """Return what is wrong with the credentials that sending takes, by name."""
        url = str(self.credentials.get("base_url") or "")
        return {} if not url or ADDRESS.fullmatch(url) else {"base_url": WHOLE_ADDRESS}

    def submission(self, message: Text) -> Request:
        """Return the request that hands a message over."""
        raise NotImplementedError

    def ids(self, reply: Reply, message: Text) -> tuple[str, ...]:
        """Return the ids in an answer of success, none where it cannot be read."""
        raise NotImplementedError

    def refusal(self, reply: Reply) -> Refused:
        """Return why a message was refused, as the provider says it."""
        raise NotImplementedError

    def is_about_account(self, reply: Reply, said: Refused) -> bool:  # noqa: ARG002 (for kinds)
        """Tell whether a refusal would meet every message of the account."""
        return reply.status in OF_THE_ACCOUNT

    def is_to_be_repeated(self, reply: Reply, said: Refused) -> bool:  # noqa: ARG002 (for kinds)
        """Tell whether an answer means: not taken, try again."""
        return reply.status in self.again

    @final
    def missing(self) -> list[str]:
        """Return the names of the credentials that are needed and not there."""
        return [name for name in self.needs if not self.credentials.get(name)]

    def submitted(self, reply: Reply, message: Text) -> Outcome:
        """Say what an answer means."""
        if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            ids = tuple(found for found in self.ids(reply, message) if 0 < len(found) <= LONGEST_ID)
            return Accepted(ids) if ids else Unclear(UNREADABLE)
        return self._not_accepted(reply)

    def _not_accepted(self, reply: Reply) -> Outcome:
        said = short(self.refusal(reply))
        text = " ".join(filter(None, (str(reply.status), said.code, said.text)))
        if self.is_to_be_repeated(reply, said):
            return Later(text, reply.retry_after())
        if reply.status in OF_NOBODY_KNOWS or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Unclear(text)
        is_elsewhere = reply.status < HTTPStatus.BAD_REQUEST
        if is_elsewhere or self.is_about_account(reply, said):
            return Blocked(text)
        return said if said.code else Refused(str(reply.status), said.text)


def short(said: Refused) -> Refused:
    """Return a refusal as short as it is kept."""
    return Refused(said.code[:LONGEST_CODE], " ".join(said.text.split())[:LONGEST_TEXT])


def word(value: object) -> str:
    """Return a text or whole number of an answer, empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).encode("utf-8", "ignore").decode().replace("\0", "")


def words(values: object) -> Iterator[str]:
    """Yield the texts of a list, nothing for anything else."""
    yield from (word(value) for value in values) if isinstance(values, list) else ()


def first(values: object) -> dict[str, Any]:
    """Return the first object of a list, an empty one where there is none."""
    found = values[0] if isinstance(values, list) and values else {}
    return found if isinstance(found, dict) else {}


def secret(credentials: Credentials, name: str) -> str:
    """Return a credential; of several that rotate the newest, which stands first."""
    value = credentials.get(name) or ""
    return str(value[0] if isinstance(value, list) else value)


def base_url(credentials: Credentials, usual: str = "") -> str:
    """Return where the API is, without a slash at its end."""
    return str(credentials.get("base_url") or usual).rstrip("/")


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of HTTP basic authentication."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def as_json(url: str, said: Mapping[str, Any], headers: Mapping[str, str]) -> Request:
    """Return a request with a JSON body."""
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return Request(url, {"Content-Type": JSON, "Accept": JSON, **headers}, body)


def as_form(url: str, said: Mapping[str, str], headers: Mapping[str, str]) -> Request:
    """Return a request with a form as its body."""
    return Request(url, {"Content-Type": FORM, **headers}, urlencode(said).encode())
