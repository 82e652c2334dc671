"""Short links: a content becomes the texts of its recipients, with a link of their own per URL."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from django.db import connection, transaction

from deliveries.models import Delivery
from messaging import personal
from storage import rows
from tracking import destinations, domains, tokens, urls, warm

Fields = Mapping[str, object]
# As long as a token, and none.
SAMPLE = "x" * tokens.LENGTH


class Piece(NamedTuple):
    """A part of a content: words, or a URL; url_id: that of a URL which becomes a link."""

    text: str
    is_url: bool = False
    url_id: int | None = None


class Plan(NamedTuple):
    """How the texts of a delivery are made; worked out once, and then used for all recipients."""

    delivery_id: int
    prefix: str
    pieces: tuple[Piece, ...]

    def linked(self) -> dict[int, str]:
        """Return the URLs that become links, by id, each once."""
        return {piece.url_id: piece.text for piece in self.pieces if piece.url_id is not None}


class Addressee(NamedTuple):
    """Whom a text is for: a message's id (which need not be stored yet), and its fields."""

    message_id: int
    fields: Fields


def plan(*, delivery_id: int) -> Plan:
    """Cut a delivery's content at its URLs, by what was decided on each.

    The URLs have been noted, and content and decisions stay as they are meanwhile: nothing is
    locked, since a preparation takes long.  Raises Delivery.DoesNotExist.
    """
    noted = urls.of(delivery_id=delivery_id)
    shortened = {url.url: url.pk for url in noted if url.mode in urls.SHORTENED}
    delivery = Delivery.objects.get(pk=delivery_id)
    prefix = domains.prefix(account_id=delivery.account_id)
    return Plan(delivery_id, prefix, tuple(_cut(delivery.content, shortened)))


def _cut(content: str, shortened: Mapping[str, int]) -> Iterator[Piece]:
    end = 0
    for found in urls.linkable(content):
        if words := content[end : found.start]:
            yield Piece(words)
        yield Piece(found.url, is_url=True, url_id=shortened.get(found.url))
        end = found.end
    if words := content[end:]:
        yield Piece(words)


def sampled(content: str, *, delivery_id: int | None, account_id: int | None) -> str:
    """Return a content that is being written with links as long as its recipients' will be.

    They lead nowhere, and nothing is noted.
    """
    modes = urls.modes([found.url for found in urls.linkable(content)], delivery_id=delivery_id)
    shortened = {url: 0 for url, mode in modes.items() if mode in urls.SHORTENED}
    link = domains.prefix(account_id=account_id) + SAMPLE if shortened else ""
    pieces = _cut(content, shortened)
    return "".join([piece.text if piece.url_id is None else link for piece in pieces])


class Text(NamedTuple):
    """A text as it is sent, and its short URLs by the id of the URL each stands for.

    A URL that personal fields make too long to be one gets none.
    """

    text: str
    links: Mapping[int, str]


class Drawn(NamedTuple):
    """Texts of some messages, and the rows of their links, which are still to be stored."""

    texts: Sequence[Text]
    rows: Sequence[tuple[int, int, str, str]]


def written(plan: Plan, addressees: Sequence[Addressee]) -> Sequence[Text]:
    """Make the links of some messages; return them with the texts, in the order of the messages.

    Takes one statement for any number of messages and one for their tokens; belongs into the
    transaction of the messages.
    """
    drawn = draw(plan, addressees, serials(plan, len(addressees)))
    store(drawn)
    return drawn.texts


def draw(plan: Plan, addressees: Sequence[Addressee], serials: Sequence[int]) -> Drawn:
    """Make texts and links of some messages, without the database; into URLs go escaped fields.

    serials: those taken for so many messages.
    """
    linked = plan.linked()
    personal = {url_id: destinations.has_fields(text) for url_id, text in linked.items()}
    ids = [addressee.message_id for addressee in addressees for _ in linked]
    fresh = tokens.make(ids, serials)
    made, stored = [], []
    for message_id, fields in addressees:
        links = {}
        for url_id, text in linked.items():
            token = next(fresh)
            destination = _destination(text, fields) if personal[url_id] else ""
            if destination is not None:
                stored.append((message_id, url_id, token, destination))
                links[url_id] = plan.prefix + token
        text = "".join([_shown(piece, fields, links) for piece in plan.pieces])
        made.append(Text(text, links))
    return Drawn(made, stored)


def _shown(piece: Piece, fields: Fields, links: Mapping[int, str]) -> str:
    if not piece.is_url:
        return personal.fill(piece.text, fields)
    if piece.url_id is not None and piece.url_id in links:
        return links[piece.url_id]
    return destinations.filled(piece.text, fields)


def serials(plan: Plan, messages: int) -> list[int]:
    """Take the serial numbers of the links of so many messages."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('tracking_link_serial') FROM generate_series(1, %s)",
            [messages * len(plan.linked())],
        )
        return [row[0] for row in cursor.fetchall()]


def store(drawn: Drawn) -> None:
    """Store the links that were drawn."""
    # Not copied: that would wait for Python's lock at each piece, while texts are being made.
    if drawn.rows:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tracking_link (message_id, url_id, token, destination) "
                "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[])",
                rows.arrays(drawn.rows),
            )


def _destination(text: str, fields: Fields) -> str | None:
    try:
        return destinations.of(text, fields)
    except destinations.BadUrl:
        return None


@transaction.atomic
def discard(*, delivery_id: int) -> int:
    """Remove the links of a delivery's messages before they are made anew; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM tracking_link link USING deliveries_message message
             WHERE message.delivery_id = %s AND message.id >= %s
               AND link.message_id = message.id AND link.message_id >= %s
            """,
            [delivery_id, delivery_id, delivery_id],
        )
        removed: int = cursor.rowcount
    return removed


def forget(message_ids: Collection[int]) -> None:
    """Remove the links of erased messages: where they lead may tell whose they were.

    Web processes that remember one learn of it with the next click (arrivals.store_linked).
    """
    if not message_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tracking_link"
            " WHERE message_id = ANY(%s::bigint[]) AND message_id BETWEEN %s AND %s"
            " RETURNING token",
            [rows.array(message_ids), min(message_ids), max(message_ids)],
        )
        gone = [row[0] for row in cursor.fetchall()]
    transaction.on_commit(partial(warm.unshare, gone))
