"""What a decision about many addresses was about, in words for people."""

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

from messaging.channels import Channel
from messaging.failures import Reason
from messaging.statuses import AddressStatus
from providers import registry
from providers.models import ProviderAccount

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAMES = {
    "status": _("Status"),
    "channel": _("Channel"),
    "reason": _("Reason"),
    "account": _("Account"),
    "prefix": _("Number prefix"),
    "delivery": _("Delivery"),
    "from": _("Last error since"),
    "to": _("Last error before"),
    "search": _("Address begins with"),
    "ids": _("Addresses chosen one by one"),
}


class Term(NamedTuple):
    """One part of a filter."""

    name: "StrOrPromise"
    value: "StrOrPromise"


def terms(told: dict[str, str], *, accounts: dict[str, str]) -> list[Term]:
    """Return a filter as it was told, in words; accounts: their names by id."""
    return [Term(NAMES[name], _value(name, value, accounts)) for name, value in told.items()]


def accounts(*filters: dict[str, str]) -> dict[str, str]:
    """Return the names of the accounts that filters name, with one query."""
    ids = [told["account"] for told in filters if told.get("account", "").isdigit()]
    found = ProviderAccount.objects.filter(pk__in=ids).values_list("id", "name")
    names = {str(identifier): name for identifier, name in found}
    return names | {kind: str(label) for kind, label in registry.choices()}


def _value(name: str, value: str, accounts: dict[str, str]) -> "StrOrPromise":
    if name == "status":
        return AddressStatus(value).label
    if name == "channel":
        return Channel(value).label
    if name == "reason":
        return next(reason.label for reason in Reason if reason.api_name == value)
    if name == "account":
        return accounts.get(value, value)
    return value
