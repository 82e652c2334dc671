"""What a provider is: it verifies a callback and translates it into reports, and nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, final

from django.utils.translation import gettext_lazy as _

from messaging.channels import Channel
from messaging.failures import FailureClass
from messaging.reports import Confirmation, Report
from providers.codes import UNLISTED, Code, Explanation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from providers.submissions import Submitter

Credentials = Mapping[str, Any]

# Credentials that every kind of account may carry: `verify` turns signature checks off,
# `api` names the dialect where a provider's dialects cannot be told apart by shape,
# `receipt_hours` says how long receipts are waited for, where the provider's own word is not true.
SHARED_CREDENTIALS = ("verify", "api", "receipt_hours")
# How long a receipt can still come where a provider's documentation is silent: what most message
# centres keep a message for at most, and what AWS, Vonage, Sinch and GOV.UK Notify wait for.
RECEIPT_LIMIT = timedelta(hours=72)
# A receipt is matched for five weeks (CALLBACK_MATCH_DAYS): nobody should be waited for longer.
MOST_RECEIPT_HOURS = 720


class BadSignature(Exception):
    """The callback does not carry the proof that its provider owes."""


class Unauthenticated(BadSignature):
    """User and password are owed and were not given; some give them only when asked to."""


class CannotVerify(BadSignature):
    """The proof cannot be checked just now; the callback should be sent again."""


class CannotConfirm(Exception):
    """A subscription could not be confirmed; the text, for people, says why."""


class BadPayload(Exception):
    """The callback cannot be read; the text says which field and why, without its content."""


class BadCredentials(Exception):
    """Credentials that cannot work; `errors` says why, by the name of the credential."""

    def __init__(self, errors: "dict[str, StrOrPromise]") -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = errors


class CredentialField(NamedTuple):
    """One credential, as forms ask for it.

    secret: never shown again once stored, and a list is allowed, so that keys can rotate.
    table: an object of texts is allowed too (`providers.tables` reads it).
    """

    name: str
    label: "StrOrPromise"
    help_text: "StrOrPromise" = ""
    secret: bool = False
    table: bool = False


class Sample(NamedTuple):
    """What a provider would post when a message was delivered; by GET where there is no body."""

    body: str = ""
    query: str = ""
    content_type: str = "application/json"


@dataclass(slots=True)
class Callback:
    """One HTTP request of a provider, as received.

    url: the public URL with its query, as the provider was given it; headers: names in lower case
    or as received, looked up without regard to case; body: the raw bytes; received_at: aware.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime

    def header(self, name: str) -> str:
        """Return a header by its name in lower case, empty where it is absent."""
        # The two usual spellings cost a look-up each, any other a walk.
        value = self.headers.get(name, self.headers.get(name.title()))
        if value is not None:
            return value
        return next((text for key, text in self.headers.items() if key.lower() == name), "")


class Provider:
    """A kind of provider account; one instance serves all accounts of the kind.

    A provider overrides `check_signature` and `reports`, and says in tables what its codes mean.
    """

    slug: ClassVar[str]
    label: "ClassVar[StrOrPromise]"
    channel: ClassVar[Channel] = Channel.SMS
    # How many bytes a callback may have, where that is not CALLBACK_MAX_BYTES.
    max_bytes: ClassVar[int | None] = None
    methods: ClassVar[tuple[str, ...]] = ("POST",)
    success_body: ClassVar[str] = ""
    receipt_limit: ClassVar[timedelta] = RECEIPT_LIMIT
    # What to do at the provider so that its callbacks come to us, in the words of its own pages.
    steps: "ClassVar[tuple[StrOrPromise, ...]]" = ()
    # Whether callbacks come from this machine itself, wherever the world reaches it.
    calls_from_here: ClassVar[bool] = False
    sample: ClassVar[Sample]
    credential_fields: ClassVar[tuple[CredentialField, ...]] = ()
    codes: ClassVar[Mapping[str, Code]] = {}
    # How accounts of this kind hand messages over; the registry puts it here, where there is one.
    submitter: "type[Submitter] | None" = None

    @property
    def fields(self) -> tuple[CredentialField, ...]:
        """Return every credential of this kind: for callbacks first, then for sending."""
        sending = self.submitter.credential_fields if self.submitter else ()
        return (*self.credential_fields, *sending)

    @final
    def verify(self, callback: Callback, credentials: Credentials) -> None:
        """Raise BadSignature unless the callback is proven to come from the account.

        This is the one place where `{"verify": "none"}` turns the check off, for every kind.
        """
        if credentials.get("verify") != "none":
            self.check_signature(callback, credentials)

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Raise BadSignature unless the callback carries its provider's proof."""
        raise NotImplementedError

    def reports(self, callback: Callback, credentials: Credentials) -> Iterable[Report]:
        """Translate a verified callback; raise BadPayload where it cannot be read.

        Where one item of a batch is bad, the good ones come first and BadPayload at the end.
        """
        raise NotImplementedError

    def example(self, credentials: Credentials) -> Sample:  # noqa: ARG002 (for kinds)
        """Return a sample of what the provider would post, under the names the account has."""
        return self.sample

    def sign(
        self,
        callback: Callback,  # noqa: ARG002 (for kinds)
        credentials: Credentials,  # noqa: ARG002 (for kinds)
    ) -> dict[str, str] | None:
        """Return the headers that prove a callback, as the provider would write them.

        None where only the provider can, with a key of its own.  Raises BadSignature where the
        account has no secret yet.
        """
        return None

    def is_signed(self, credentials: Credentials) -> bool:  # noqa: ARG002 (for kinds)
        """Tell whether a callback of an account owes a proof beyond the secret address."""
        return True

    def lacks_secret(self, credentials: Credentials) -> bool:
        """Tell whether an account owes a proof that nothing can check yet: all is refused."""
        secrets = [field.name for field in self.credential_fields if field.secret]
        given = any(credentials.get(name) for name in secrets)
        return self.is_signed(credentials) and bool(secrets) and not given

    def named(self, credentials: Credentials) -> dict[str, Any]:
        """Return credentials under the names that this kind has for them."""
        return dict(credentials)

    def subscription(self, callback: Callback) -> Confirmation | None:  # noqa: ARG002 (for kinds)
        """Return what a callback without reports asks to be confirmed; None where nothing."""
        return None

    def confirm(self, confirmation: Confirmation, credentials: Credentials) -> None:
        """Say yes to a subscription that asked; raise CannotConfirm where that fails.

        Only kinds with a `subscription` are asked, and only by an administrator's click.
        """
        raise NotImplementedError

    def is_probe(self, callback: Callback) -> bool:  # noqa: ARG002 (for kinds)
        """Tell whether a request only asks if somebody is there: it says and needs nothing."""
        return False

    def explain(self, code: str) -> Explanation:
        """Say in plain words what a code of this provider means and what to do about it."""
        return self.codes.get(code, UNLISTED).explanation

    def lists(self, code: str) -> bool:
        """Tell whether a code stands in the provider's table, so that somebody has judged it."""
        return code in self.codes

    def failure_of(self, code: str) -> FailureClass:
        """Return how a code fails a message that was refused, where no other word tells it."""
        row = self.codes.get(code)
        return row.failure if row else FailureClass.UNDEFINED

    def faults(self, credentials: Credentials) -> "dict[str, StrOrPromise]":  # noqa: ARG002 (for kinds)
        """Return what is wrong with this kind's own credentials, by name."""
        return {}

    def new_credentials(self) -> dict[str, Any]:
        """Return the credentials that we choose ourselves when an account is made."""
        return {}

    @final
    def waits(self, credentials: Credentials) -> timedelta:
        """Return how long after submission a receipt is waited for: as the account says, or us."""
        hours = credentials.get("receipt_hours")
        return timedelta(hours=int(hours)) if hours else self.receipt_limit

    @final
    def check_credentials(self, credentials: Credentials) -> None:
        """Raise BadCredentials where a name or a value cannot work; what is missing may follow.

        Many providers show their secret only once they know the callback URL, so an account may
        be made without it: until it is set, every callback is refused.
        """
        fields = {field.name: field for field in self.fields}
        errors: dict[str, StrOrPromise] = {}
        for name, value in credentials.items():
            if name not in fields and name not in SHARED_CREDENTIALS:
                errors[name] = _("This kind of account has no such credential.")
            elif not _is_credential(value, fields.get(name)):
                errors[name] = _("Give a text.")
        if credentials.get("verify", "") not in ("", "none"):
            errors["verify"] = _("Only “none” can be given here: it turns signature checks off.")
        if not _is_hours(credentials.get("receipt_hours", "")):
            errors["receipt_hours"] = _("Give whole hours, from 1 to 720.")
        errors = errors or self.faults(credentials)
        if self.submitter:
            errors = errors or self.submitter(credentials).faults()
        if errors:
            raise BadCredentials(errors)


class UnsignedProvider(Provider):
    """A provider that signs nothing: the secret token in the callback URL is the proof."""

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Accept: whoever knows the token was told it by us."""

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str]:  # noqa: ARG002 (for kinds)
        """Return no header: the URL is all there is."""
        return {}

    def is_signed(self, credentials: Credentials) -> bool:  # noqa: ARG002 (for kinds)
        """Return False: nothing else is owed."""
        return False


def _is_hours(value: object) -> bool:
    if value == "":
        return True
    digits = value if isinstance(value, str) and value.isascii() else ""
    is_short = digits.isdigit() and len(digits) <= len(str(MOST_RECEIPT_HOURS))
    return is_short and 1 <= int(digits) <= MOST_RECEIPT_HOURS


def _is_credential(value: object, field: CredentialField | None) -> bool:
    if field and field.secret and isinstance(value, list):
        return all(map(_is_text, value))
    if field and field.table and isinstance(value, dict):
        return all(_is_text(item) for pair in value.items() for item in pair)
    return _is_text(value)


def _is_text(value: object) -> bool:
    """Tell a text, of whole characters: no signature can be made with the half of one."""
    return isinstance(value, str) and value == value.encode(errors="ignore").decode()
