"""What a text will cost: recent prices of its account, and where its recipients are."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from deliveries import figures, prices
from deliveries.models import Delivery
from sending import examples, recipients


class Share(NamedTuple):
    """Messages to one country, and the price of a segment; None where it is not known."""

    country: str
    messages: int
    price: prices.SegmentPrice | None
    amount: Decimal | None


class Estimate(NamedTuple):
    """What so many messages of so many segments will cost.

    totals: amounts by currency; exact: whether the messages are made already, so that only the
    price is a mean; unknown: messages to countries whose price nobody has told.
    """

    segments: int
    messages: int
    exact: bool
    shares: list[Share]
    totals: dict[str, Decimal]
    unknown: int

    @property
    def is_known(self) -> bool:
        """Tell whether any price is known."""
        return any(share.price for share in self.shares)


def of(*, delivery: Delivery | None, account_id: int | None, segments: int) -> Estimate | None:
    """Return an estimate; None while there is no text, or no account."""
    if not segments or account_id is None:
        return None
    known = prices.per_segment(account_id=account_id)
    prepared = _prepared(delivery) if delivery else {}
    expected = prepared or (_targeted(delivery) if delivery else {})
    # Where nobody is there yet: what one message costs in each country.
    by_country = expected or dict.fromkeys(known, 1)
    shares = [
        Share(country, messages, price, price and price.amount * segments * messages)
        for country, messages in sorted(by_country.items(), key=lambda pair: (-pair[1], pair[0]))
        for price in (known.get(country),)
    ]
    totals: dict[str, Decimal] = {}
    for share in shares:
        if share.price and share.amount is not None:
            currency = share.price.currency
            totals[currency] = totals.get(currency, Decimal()) + share.amount
    return Estimate(
        segments=segments,
        messages=sum(expected.values()),
        exact=bool(prepared),
        shares=shares,
        totals=totals,
        unknown=sum(share.messages for share in shares if share.price is None),
    )


def _prepared(delivery: Delivery) -> Mapping[str, int]:
    """Return by country the messages that were made."""
    found: dict[str, int] = {}
    for place in figures.spend(delivery_id=delivery.pk).places:
        found[place.country] = found.get(place.country, 0) + place.messages
    return found


def _targeted(delivery: Delivery) -> dict[str, int]:
    """Return by country about how many recipients the target has."""
    count = recipients.count(delivery_id=delivery.pk)
    if not count:
        return {}
    shares = examples.countries(delivery_id=delivery.pk)
    return {country: round(share * count) for country, share in shares.items()}
