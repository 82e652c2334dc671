"""Provider accounts: making and changing them, and finding them by token without a query each."""

import re
import time
from collections import OrderedDict
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from deliveries import journal
from ingestion.batcher import Unavailable, batcher
from ingestion.models import Proof
from providers import registry
from providers.base import BadCredentials, Provider
from providers.models import ProviderAccount
from providers.secrets import UnreadableCredentials
from tracking import domains

# 128 random bits are 22 characters at least: shorter words are pages about callbacks.
TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")
LONGEST_NAME = 100
FRESH_SECONDS = 2.0
MOST_REMEMBERED = 10_000
# Whoever has an answer already waits for a newer one no longer than the 503 can wait.
REFRESH_SECONDS = 0.3


class BadAccount(Exception):
    """What was given makes no account; `errors` names each field and the cure.

    `credentials` does so for each credential; together they are one of the errors.
    """

    def __init__(self, errors: dict[str, str], credentials: dict[str, str] | None = None) -> None:
        """Keep the sentence of each field."""
        super().__init__("; ".join(errors.values()))
        self.errors = errors
        self.credentials = credentials or {}


class Known(NamedTuple):
    """What the door needs to know of an account."""

    account_id: int
    provider: Provider
    credentials: dict[str, Any]
    proof: Proof


# By token: what was found (None: no such account) and when.
_remembered: OrderedDict[str, tuple[float, Known | None]] = OrderedDict()


def by_token(token: str, *, anew: bool = False) -> Known | None:
    """Find an account by its token: from memory, or through the batcher's connection.

    A change is seen within FRESH_SECONDS, with `anew` at once.  With the database away the last
    answer stands; raises Unavailable where there is none.
    """
    if not TOKEN.fullmatch(token):
        return None
    remembered = _remembered.get(token)
    now = time.monotonic()
    if remembered and not anew and now - remembered[0] < FRESH_SECONDS:
        return remembered[1]
    if remembered and remembered[1]:
        try:
            account = batcher.account(token, patience=REFRESH_SECONDS)
        except Unavailable:
            return remembered[1]
    else:
        account = batcher.account(token)
    known = _known(account) if account else None
    _remembered[token] = (now, known)
    while len(_remembered) > MOST_REMEMBERED:
        _remembered.popitem(last=False)
    return known


def credentials_of(account: ProviderAccount) -> dict[str, Any]:
    """Return the credentials of an account, none where they cannot be read any more."""
    try:
        return account.credentials
    except UnreadableCredentials:
        # Nothing can be verified with them, so nothing is let in.
        return {}


def _known(account: ProviderAccount) -> Known:
    credentials = credentials_of(account)
    provider = registry.get(account.kind)
    return Known(account.pk, provider, credentials, _proof(provider, credentials))


def _proof(provider: Provider, credentials: dict[str, Any]) -> Proof:
    """Return what a callback has proven once the provider's check has let it pass."""
    if credentials.get("verify") == "none":
        return Proof.NONE
    return Proof.SIGNED if provider.is_signed(credentials) else Proof.TOKEN


def callback_url(account: ProviderAccount) -> str:
    """Return the address that the provider is to post to."""
    return f"{settings.PUBLIC_URL}{reverse('callback', args=[account.token])}"


@transaction.atomic
def create(
    *,
    name: str,
    kind: str,
    credentials: dict[str, Any],
    by: AbstractBaseUser | None,
    at: datetime,
    short_domain: str = "",
) -> ProviderAccount:
    """Make an account; raise BadAccount where a field is wrong."""
    address = _short_domain(short_domain)
    account = ProviderAccount(name=name.strip(), kind=kind)
    provider, credentials = _check(account, credentials)
    account.credentials = provider.new_credentials() | credentials
    _save(account, force_insert=True)
    domains.give(account_id=account.pk, address=address)
    text = f"Account {account.pk} ({kind}) created."
    journal.write(delivery=None, code="ACC-1001", text=text, by=by, at=at)
    return account


@transaction.atomic
def change(
    *,
    account_id: int,
    by: AbstractBaseUser | None,
    at: datetime,
    name: str | None = None,
    credentials: dict[str, Any] | None = None,
    short_domain: str | None = None,
) -> ProviderAccount:
    """Change name, credentials or the domain of links (empty for none).

    The kind of an account stays, since its history does.
    """
    account = ProviderAccount.objects.select_for_update().get(pk=account_id)
    changed = []
    if name is not None and name.strip() != account.name:
        account.name = name.strip()
        changed.append("name")
    if credentials is not None:
        changed.append("credentials")
    _provider, named = _check(account, credentials or {})
    if credentials is not None:
        account.credentials = named
    if short_domain is not None and _give_domain(account, short_domain):
        changed.append("short domain")
    if changed:
        _save(account)
        text = f"Account {account.pk} changed: {', '.join(changed)}."
        journal.write(delivery=None, code="ACC-1002", text=text, by=by, at=at)
    return account


def _short_domain(text: str) -> domains.Address:
    try:
        return domains.check(text)
    except domains.BadDomain as error:
        raise BadAccount({"short_domain": str(error)}) from error


def _give_domain(account: ProviderAccount, text: str) -> bool:
    """Give an account's links a domain, or none; tell whether that is another one."""
    address = _short_domain(text)
    if address.shown == domains.of(account_id=account.pk):
        return False
    domains.give(account_id=account.pk, address=address)
    return True


def _save(account: ProviderAccount, *, force_insert: bool = False) -> None:
    """Save an account; raise BadAccount where somebody took its name at the same moment."""
    try:
        with transaction.atomic():
            account.save(force_insert=force_insert)
    except IntegrityError as error:
        raise BadAccount({"name": _taken()}) from error


def _taken() -> str:
    return _("Another account has this name: choose a different one.")


def _check(
    account: ProviderAccount, credentials: dict[str, Any]
) -> tuple[Provider, dict[str, Any]]:
    """Return the provider, and the credentials under its names; raise BadAccount."""
    errors: dict[str, str] = {}
    if not account.name:
        errors["name"] = _("Give the account a name.")
    elif len(account.name) > LONGEST_NAME:
        errors["name"] = _("At most %(longest)d characters.") % {"longest": LONGEST_NAME}
    elif ProviderAccount.objects.filter(name=account.name).exclude(pk=account.pk).exists():
        errors["name"] = _taken()
    try:
        provider = registry.get(account.kind)
    except registry.UnknownKind as error:
        raise BadAccount(errors | {"kind": str(error)}) from error
    wrong: dict[str, str] = {}
    credentials = provider.named(credentials)
    try:
        provider.check_credentials(credentials)
    except BadCredentials as error:
        wrong = {name: str(text) for name, text in error.errors.items()}
        errors["credentials"] = " ".join(f"{name}: {text}" for name, text in wrong.items())
    if errors:
        raise BadAccount(errors, wrong)
    return provider, credentials
