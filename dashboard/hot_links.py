"""The links drawn on the message itself: the more people clicked one, the warmer it is."""

from collections.abc import Sequence
from typing import NamedTuple

from tracking import finding
from tracking.report import Line

WARMEST = 4


class Piece(NamedTuple):
    """A part of a content; a link has its clicks by people, and how warm it is, 0 to 4."""

    text: str
    is_link: bool = False
    clicks: int = 0
    warmth: int = 0


def of(content: str, lines: Sequence[Line]) -> list[Piece]:
    """Cut a content at its links."""
    clicked = {told.url.url: told.human_clicks for line in lines for told in line.urls}
    most = max(clicked.values(), default=0)
    pieces, end = [], 0
    for found in finding.find(content):
        pieces.append(Piece(content[end : found.start]))
        clicks = clicked.get(found.url, 0)
        warmth = -(-WARMEST * clicks // most) if most else 0
        pieces.append(Piece(content[found.start : found.end], True, clicks, warmth))  # noqa: FBT003 (named tuple)
        end = found.end
    pieces.append(Piece(content[end:]))
    return [piece for piece in pieces if piece.text]
