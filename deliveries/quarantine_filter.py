"""Which addresses of the quarantine, as people and machines ask for them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from deliveries.filters import BadFilter
from deliveries.models import Delivery
from messaging import addresses
from messaging.failures import Reason
from providers import registry
from providers.models import ProviderAccount
from quarantine.listing import Filter, spelled

_BEGINNING = re.compile(r"\+[1-9][0-9]{0,14}\Z")
MOST_CHOSEN = 1_000
LONGEST_ID = 19
HIGHEST_ID = (1 << 63) - 1


class Asked(NamedTuple):
    """What a list, a bulk act or an export is asked for; what is empty asks for nothing.

    account: the id of an account, or a kind of provider.  since, until: `from` and `to` over the
    API.  ids: addresses chosen one by one.
    """

    status: str = ""
    channel: str = ""
    reason: int | None = None
    account: str = ""
    prefix: str = ""
    delivery_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    search: str = ""
    ids: Sequence[int] = ()

    def chosen(self) -> Filter:
        """Return the filter; raise BadFilter, which names fields as the API does."""
        errors = {}
        if self.since and self.until and self.since >= self.until:
            errors["to"] = _("The period ends before it begins.")
        prefix = self.prefix.strip()
        if prefix:
            prefix = f"+{spelled(prefix).removeprefix('+')}"
            if not _BEGINNING.match(prefix):
                errors["prefix"] = _("Give how the number begins, with its country code: +39333.")
        if self.account and not _is_known(self.account):
            known = ", ".join(registry.PROVIDERS)
            text = _("There is no such account. Give the id of one, or a kind: %(known)s.")
            errors["account"] = text % {"known": known}
        if errors:
            raise BadFilter(errors)
        return Filter(
            status=self.status,
            channel=self.channel,
            reason=self.reason,
            delivery_id=self.delivery_id,
            search=self.search,
            prefix=prefix,
            since=self.since,
            until=self.until,
            deliveries=_deliveries(self.account) if self.account else None,
            ids=self.ids,
        )

    def for_all(self, *, sees_addresses: bool) -> Filter:
        """Return the filter of an act on all that it finds.  Raises BadFilter.

        Whoever may not see addresses may not learn them from how many are found.
        """
        hidden = {"prefix": self.prefix, "search": self.search}
        if not sees_addresses and any(hidden.values()):
            text = _("This takes the right to see addresses: leave it out.")
            raise BadFilter({name: text for name, value in hidden.items() if value})
        return self.chosen()

    def in_words(self) -> dict[str, str]:
        """Return what is asked for by the names of the API; of an address only its beginning."""
        said = {
            "status": self.status,
            "channel": self.channel,
            "reason": "" if self.reason is None else Reason(self.reason).api_name,
            "account": self.account,
            "prefix": _beginning(self.prefix),
            "delivery": str(self.delivery_id or ""),
            "from": _time(self.since),
            "to": _time(self.until),
            "search": _beginning(self.search),
            "ids": str(len(self.ids) or ""),
        }
        return {name: value for name, value in said.items() if value}


def _is_known(account: str) -> bool:
    if is_id(account):
        return ProviderAccount.objects.filter(pk=int(account)).exists()
    return account in registry.PROVIDERS


def _deliveries(account: str) -> "QuerySet[Delivery, Any]":
    sent = Delivery.objects.order_by()
    if is_id(account):
        return sent.filter(account_id=int(account)).values("id")
    return sent.filter(account__kind=account).values("id")


def is_id(text: str) -> bool:
    """Tell whether a text is an id that there could be."""
    return (
        text.isascii()
        and text.isdigit()
        and len(text) <= LONGEST_ID
        and 0 < int(text) <= HIGHEST_ID
    )


def _beginning(text: str) -> str:
    """Return so much of how an address begins as tells none."""
    text = text.strip()
    if "@" in text:
        return addresses.mask(text)
    kept = addresses.PREFIX_LENGTH
    return text if len(text) <= kept else f"{text[:kept]}…"


def _time(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else ""
