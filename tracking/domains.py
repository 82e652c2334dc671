"""The domains of short links: an account's own, or a path of ours where it has none."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http.request import validate_host
from django.utils.translation import gettext as _

from providers.models import ProviderAccount
from tracking.models import LONGEST_HOST, ShortDomain

# Behind our own address links have a path of their own, so that none can be taken for a page.
OWN_PATH = "/l/"
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


class BadDomain(Exception):
    """What was given is no domain that links could have."""


class Address(NamedTuple):
    """A short domain as texts show it, and as requests name it; both empty for none."""

    shown: str
    host: str


def check(text: str) -> Address:
    """Return the short domain that a text names, with or without its scheme; raise BadDomain."""
    text = text.strip().rstrip("/")
    if not text:
        return Address("", "")
    cure = _("Give a domain such as sms.example or https://sms.example, without a path.")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").encode("idna").decode().lower()
        port = parts.port
    except ValueError as error:
        raise BadDomain(cure) from error
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        raise BadDomain(cure)
    if parts.username is not None or parts.path or parts.query or parts.fragment:
        raise BadDomain(cure)
    if len(host) > LONGEST_HOST:
        raise BadDomain(cure)
    if validate_host(host, settings.ALLOWED_HOSTS):
        raise BadDomain(_("This is the domain of these pages: links need another one, or none."))
    netloc = host if port is None else f"{host}:{port}"
    return Address(f"{parts.scheme}://{netloc}" if "://" in text else netloc, host)


def give(*, account_id: int, address: Address) -> None:
    """Let the links of an account have this domain from now on; those sent keep theirs."""
    own = ShortDomain.objects.filter(account_id=account_id)
    if not address.shown:
        own.delete()
        return
    ShortDomain.objects.update_or_create(
        account_id=account_id, defaults={"address": address.shown, "host": address.host}
    )


def of(*, account_id: int | None) -> str:
    """Return the short domain of an account as texts show it; empty where it has none."""
    found = ShortDomain.objects.filter(account_id=account_id).values_list("address", flat=True)
    return found.first() or ""


def told(accounts: "QuerySet[ProviderAccount]") -> "QuerySet[ProviderAccount]":
    """Return accounts with their short domains, as `short_domain`."""
    own = ShortDomain.objects.filter(account_id=OuterRef("pk")).values("address")
    return accounts.annotate(short_domain=Coalesce(Subquery(own), Value("")))


def prefix(*, account_id: int | None) -> str:
    """Return what stands before the token in the links of an account."""
    own = of(account_id=account_id)
    return f"{own}/" if own else f"{settings.PUBLIC_URL}{OWN_PATH}"
