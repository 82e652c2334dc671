"""Clicks for tests: made as the redirect stores them."""

import itertools
from datetime import datetime
from typing import Any
from uuid import uuid4

from deliveries.models import Delivery, Message
from tests.records import NOON
from tracking.models import Click, Link, TrackedUrl
from tracking.networks import Networks
from tracking.verdicts import Asked

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
IMESSAGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
    "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"
)
GOOGLE_MESSAGES = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/56.0.2924.87 "
    "Safari/537.36 Google-PageRenderer Google (+https://developers.google.com/+/web/snippet/)"
)
NOWHERE = Networks(())
_numbers = itertools.count(1)


def asked(at: datetime = NOON, **fields: Any) -> Asked:
    """Return a request that a person makes, unless something else is said."""
    made = {
        "id": next(_numbers),
        "url_id": 1,
        "at": at,
        "method": "GET",
        "user_agent": IPHONE,
        "network": "192.0.2.0/24",
        "headers": {},
    }
    return Asked(**made | fields)


def url(of: Delivery, **fields: Any) -> TrackedUrl:
    """Make a URL of a delivery."""
    made = {"label": "Event", "url": "https://example.com/"}
    return TrackedUrl.objects.create(delivery=of, **made | fields)


def link(to: TrackedUrl, message: Message) -> Link:
    """Make the link of a message to a URL."""
    return Link.objects.create(message=message, url=to, token=f"t{next(_numbers)}")


def click(on: TrackedUrl, message: Message, **fields: Any) -> Click:
    """Make a click by a person, that nobody has judged yet."""
    made = {"at": NOON, "method": "GET", "user_agent": IPHONE, "network": "192.0.2.0/24"}
    return Click.objects.create(
        url=on, delivery=on.delivery, message=message, request_id=uuid4(), **made | fields
    )
