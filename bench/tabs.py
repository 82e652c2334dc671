"""Every tab of a delivery with millions of messages, against the same tab of a small one.

The pages are asked for through the whole application, as an operator sees them; each request for
the large delivery is followed by the same one for the small.
"""

import math
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from bench import population
from bench.measures import Comparison, Count, Findings
from deliveries import logs, recount, roles
from deliveries.models import Delivery, Message, ProviderReference
from ingestion import accounts
from storage import keyset

UNIT = "ms"
REQUIRED = 1.3
# Out of the middle of the logs, which a reader would reach after many pages.
_DEEP = 0.5
# Both deliveries must find enough to fill a page, or the pages were not the same.
_SHARED = 250


class Size(NamedTuple):
    """How many messages each delivery has, how often a page is asked for, in how many rounds.

    unmeasured: how often before it counts.
    """

    messages: int
    few_messages: int
    requests: int
    rounds: int
    unmeasured: int


DEFAULT = Size(messages=5_000_000, few_messages=5_000, requests=20, rounds=3, unmeasured=3)
QUICK = Size(messages=20_000, few_messages=2_000, requests=1, rounds=1, unmeasured=1)

Page = Callable[["Sight"], str]


class Sight(NamedTuple):
    """A delivery, and what pages of it are asked for by."""

    delivery: Delivery
    message: Message
    provider_id: str
    cursor: str
    size: int

    def tab(self, name: str = "", **query: str) -> str:
        """Return the address of a tab."""
        path = f"/deliveries/{self.delivery.pk}/{f'{name}/' if name else ''}"
        return f"{path}?{urlencode(query)}" if query else path

    def begin(self, text: str, *, fixed: int) -> str:
        """Return the first characters of a text, so many that some hundred others share them.

        fixed: how many all texts share; digits follow.
        """
        return text[: fixed + max(int(math.log10(self.size / _SHARED)), 1)]

    def logs(self, **query: str) -> str:
        """Return the address of the logs."""
        return self.tab("logs", **query)


def _address(at: Sight) -> str:
    return at.begin(at.message.address, fixed=5)


def _provider_id(at: Sight) -> str:
    return at.begin(at.provider_id, fixed=2)


PAGES: dict[str, Page] = {
    "list, this delivery": lambda at: f"/deliveries/?{urlencode({'label': at.delivery.label})}",
    "summary": lambda at: at.tab(),
    "summary by minute": lambda at: at.tab(step="minute"),
    "chart": lambda at: at.tab("chart"),
    "reports": lambda at: at.tab("reports"),
    "reports by code": lambda at: at.tab("reports", by="code"),
    "reports by prefix": lambda at: at.tab("reports", by="prefix"),
    "errors of the account": lambda at: f"/errors/?account={at.delivery.account_id}",
    "sms": lambda at: at.tab("sms"),
    "logs": lambda at: at.logs(),
    "logs, deep page": lambda at: at.logs(cursor=at.cursor),
    "logs, oldest first": lambda at: at.logs(sort="changed_at"),
    "logs by address": lambda at: at.logs(sort="address"),
    "logs by address, last first": lambda at: at.logs(sort="-address"),
    "logs, delivered": lambda at: at.logs(status="delivered"),
    "logs, sent": lambda at: at.logs(status="sent"),
    "logs, failed": lambda at: at.logs(status="failed"),
    "logs, failed, by address": lambda at: at.logs(status="failed", sort="address"),
    "logs, hard failures": lambda at: at.logs(failure_type="hard"),
    "logs, soft and unreachable": lambda at: at.logs(failure_type="soft", reason="unreachable"),
    "logs, one reason": lambda at: at.logs(reason="not_connected"),
    "search, address": lambda at: at.logs(search=at.message.address),
    "search, begin of address": lambda at: at.logs(search=_address(at)),
    "search, begin of all addresses": lambda at: at.logs(search="+39"),
    "search, reference": lambda at: at.logs(search=at.message.recipient),
    "search, begin of reference": lambda at: at.logs(search=at.message.recipient[:6]),
    "search, provider's id": lambda at: at.logs(search=at.provider_id),
    "search, begin of provider's id": lambda at: at.logs(search=_provider_id(at)),
    "search, among failed": lambda at: at.logs(search=_address(at), status="failed"),
    "search, nothing found": lambda at: at.logs(search="nobody"),
    "exclusions": lambda at: at.tab("exclusions"),
    "exclusions, one reason": lambda at: at.tab("exclusions", reason="duplicate"),
    "tracking": lambda at: at.tab("tracking"),
    "tracking, suspected": lambda at: at.tab("tracking", verdict="suspected"),
    "tracking, over time": lambda at: at.tab("tracking/times"),
    "tracking, links": lambda at: at.tab("tracking/urls"),
    "audit": lambda at: at.tab("audit"),
    "audit, causes": lambda at: at.tab("audit/causes"),
    "audit, proofs": lambda at: at.tab("audit/proofs"),
    "message": lambda at: f"/messages/{at.message.pk}/",
    "message, history": lambda at: f"/messages/{at.message.pk}/history/",
}


def measure(size: Size) -> Findings:
    """Fill two deliveries and ask for every page of both, in turns."""
    start = time.perf_counter()
    large, small = _filled(size)
    filled = time.perf_counter() - start
    client = _operator()
    return Findings(
        comparisons=[_compare(client, name, large, small, size) for name in PAGES],
        counts=[
            Count(
                "figures of the small delivery that disagree with its rows",
                0,
                len(recount.drifts(delivery_ids=[small.delivery.pk])),
            ),
            Count("messages in the large delivery", size.messages, _messages(large)),
        ],
        notes={"seconds to make the messages": round(filled, 1)},
    )


def _filled(size: Size) -> tuple[Sight, Sight]:
    now = timezone.now()
    account = accounts.create(name="Browsed", kind="kannel", credentials={}, by=None, at=now)
    with population.loading():
        made = [
            population.delivery(account, label=label, size=messages, at=now)
            for label, messages in (("Large", size.messages), ("Small", size.few_messages))
        ]
    return _sight(made[0], size.messages), _sight(made[1], size.few_messages)


def _sight(delivery: Delivery, size: int) -> Sight:
    message = Message.objects.filter(delivery=delivery, id__gte=delivery.pk).order_by("-id")[50]
    reference = ProviderReference.objects.get(message_id=message.pk)
    middle = message.changed_at - population.SENT_WITHIN * _DEEP
    page = keyset.page(
        Message.objects.filter(delivery=delivery, changed_at__lte=middle),
        order=logs.SORTS[logs.DEFAULT_SORT],
        cursor=None,
        size=1,
    )
    return Sight(delivery, message, reference.provider_id, page.next or "", size)


def _messages(sight: Sight) -> int:
    return Message.objects.filter(delivery=sight.delivery, id__gte=sight.delivery.pk).count()


def _operator() -> Client:
    user = get_user_model().objects.create_user(username="operator")
    user.groups.add(Group.objects.get(name=roles.OPERATOR))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def _compare(client: Client, name: str, large: Sight, small: Sight, size: Size) -> Comparison:
    address = PAGES[name]
    for sight in [large, small] * size.unmeasured:
        _milliseconds(client, address(sight))
    found = Comparison(name, "the same, few messages", UNIT, REQUIRED, at_most=True)
    for _ in range(size.rounds):
        turns = [
            (_milliseconds(client, address(large)), _milliseconds(client, address(small)))
            for _ in range(size.requests)
        ]
        ours, theirs = zip(*turns, strict=True)
        found.ours.append(_p95(ours))
        found.theirs.append(_p95(theirs))
    return found


def _milliseconds(client: Client, address: str) -> float:
    start = time.perf_counter()
    response = client.get(address)
    spent = (time.perf_counter() - start) * 1_000
    if response.status_code != 200:  # noqa: PLR2004 (OK)
        raise RuntimeError(f"{address} answered {response.status_code}.")
    return spent


def _p95(figures: tuple[float, ...]) -> float:
    return sorted(figures)[int(len(figures) * 0.95) - 1]
