"""Provider accounts as their list shows them: how far each can be trusted, and its address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from ingestion import accounts
from providers import registry
from providers.base import Provider
from providers.models import ProviderAccount
from providers.secrets import UnreadableCredentials

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Trust(TextChoices):
    """How the callbacks of an account are checked."""

    SIGNED = "signed", _("Signatures are checked")
    TOKEN = "token", _("The secret address is the proof")
    INCOMPLETE = "incomplete", _("No secret yet: callbacks are refused")
    OFF = "off", _("Verification is off")
    UNREADABLE = "unreadable", _("Credentials cannot be read: enter them again")


@dataclass(frozen=True, slots=True)
class Card:
    """One account with what people need to know of it."""

    account: ProviderAccount
    kind: "StrOrPromise"
    callback_url: str
    trust: Trust


def of(account: ProviderAccount) -> Card:
    """Describe an account; its credentials stay inside."""
    provider = provider_of(account)
    return Card(
        account=account,
        kind=provider.label if provider else account.kind,
        callback_url=accounts.callback_url(account),
        trust=_trust(account, provider),
    )


def provider_of(account: ProviderAccount) -> Provider | None:
    """Return the provider of an account; None where its kind is no longer known."""
    try:
        return registry.get(account.kind)
    except registry.UnknownKind:
        return None


def stored(account: ProviderAccount) -> Mapping[str, Any]:
    """Return the credentials an account has; none where they cannot be read any more."""
    try:
        return account.credentials
    except UnreadableCredentials:
        return {}


def _trust(account: ProviderAccount, provider: Provider | None) -> Trust:
    try:
        credentials = account.credentials
    except UnreadableCredentials:
        return Trust.UNREADABLE
    if credentials.get("verify") == "none":
        return Trust.OFF
    if provider is None or not provider.is_signed(credentials):
        return Trust.TOKEN
    return Trust.INCOMPLETE if provider.lacks_secret(credentials) else Trust.SIGNED
