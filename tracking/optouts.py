"""Opting out by a link: asked for on a page, and done by its button alone."""

import hmac
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from hashlib import blake2b

from django.conf import settings
from django.db import transaction

from deliveries import counters
from deliveries.counters import Figure
from deliveries.models import Message
from messaging.channels import Channel
from quarantine import fingerprints, optouts
from quarantine.words import STOP, Said
from storage import rounds
from tracking import wishes
from tracking.wishes import Kept

TEXT = "opt-out link"
BATCH = 1_000
LONGEST_SECONDS = 10.0


def confirmation(token: str) -> str:
    """Return what the button of a link's page sends: no form of another site can know it."""
    key = blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"link opt-out").digest()
    return blake2b(token.encode(), digest_size=16, key=key).hexdigest()


def is_confirmed(token: str, sent: str) -> bool:
    """Tell whether a form was that of the link's page."""
    return hmac.compare_digest(confirmation(token).encode(), sent.encode())


@transaction.atomic
def hear(*, message_id: int, token: str, at: datetime) -> None:
    """Leave the recipient of a message alone from now on; before it is registered, keep the wish.

    Pressed twice it is one word.  Of an erased message nobody knows whom to leave alone, and
    nothing can be written to them.
    """
    wish = Kept(message_id, token, at)
    if not _take_in([wish], at=at):
        wishes.keep(wish)


def hear_kept(*, at: datetime) -> int:
    """Take in wishes whose messages have been registered, batch after batch; return how many."""
    return rounds.work(partial(_hear_batch, at=at), seconds=LONGEST_SECONDS)


@transaction.atomic
def _hear_batch(*, at: datetime) -> int:
    claimed = wishes.claim(most=BATCH)
    _take_in(claimed, at=at)
    return len(claimed)


def _take_in(kept: Sequence[Kept], *, at: datetime) -> bool:
    """Make words of wishes, set-based; tell whether a message of theirs is known."""
    wanted = Message.objects.filter(pk__in={wish.message_id for wish in kept})
    messages = {one.pk: one for one in wanted.select_for_update().order_by("pk")}
    said: dict[str, dict[str, list[Said]]] = {channel: defaultdict(list) for channel in Channel}
    for wish in kept:
        message = messages.get(wish.message_id)
        if message and message.address:
            said[message.channel][message.address].append(_word(wish, message))
    for channel, words in said.items():
        opted = optouts.hear(words, channel=channel, at=at)
        counters.add({Figure(key, counters.OPT_OUTS, "", None): n for key, n in opted.items()})
    return bool(messages)


def _word(wish: Kept, message: Message) -> Said:
    return Said(
        key=fingerprints.of_parts("link", wish.message_id, wish.token),
        says=STOP,
        at=wish.at,
        text=TEXT,
        message_id=message.pk,
        delivery_id=message.delivery_id,
    )
