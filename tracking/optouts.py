"""Opting out by a link: asked for on a page, and done by its button alone."""

import hmac
from datetime import datetime
from hashlib import blake2b

from django.conf import settings
from django.db import transaction

from deliveries import counters
from deliveries.counters import Figure
from deliveries.models import Message
from quarantine import fingerprints, optouts
from quarantine.words import STOP, Said

TEXT = "opt-out link"


class NotYet(Exception):
    """The message is not registered, so that nobody knows whom to leave alone."""


def confirmation(token: str) -> str:
    """Return what the button of a link's page sends: no form of another site can know it."""
    key = blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"link opt-out").digest()
    return blake2b(token.encode(), digest_size=16, key=key).hexdigest()


def is_confirmed(token: str, sent: str) -> bool:
    """Tell whether a form was that of the link's page."""
    return hmac.compare_digest(confirmation(token).encode(), sent.encode())


@transaction.atomic
def hear(*, message_id: int, token: str, at: datetime) -> None:
    """Leave the recipient of a message alone from now on; raise NotYet.

    Pressed twice it is one word.  Of an erased message nobody knows whom to leave alone, and
    nothing can be written to them.
    """
    message = Message.objects.select_for_update().filter(pk=message_id).first()
    if message is None:
        raise NotYet
    if not message.address:
        return
    said = Said(
        key=fingerprints.of_parts("link", message_id, token),
        says=STOP,
        at=at,
        text=TEXT,
        message_id=message_id,
        delivery_id=message.delivery_id,
    )
    opted = optouts.hear({message.address: [said]}, channel=message.channel, at=at)
    counters.add(
        {Figure(delivery, counters.OPT_OUTS, "", None): more for delivery, more in opted.items()}
    )
