"""An SMS text as its phone shows it: lines, segments, and the characters that cost most."""

import unicodedata
from dataclasses import dataclass

from messaging import segments
from messaging.segments import LIMITS, Segments


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a text; `costly` where they force the shorter alphabet."""

    text: str
    costly: bool


@dataclass(frozen=True, slots=True)
class Culprit:
    """A character that is not in the GSM alphabet."""

    sign: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A text, cut and counted."""

    sender: str
    measured: Segments
    pieces: list[Piece]
    culprits: list[Culprit]

    @property
    def limit(self) -> int:
        """Return how many units a text of one SMS may have in this alphabet."""
        return LIMITS[self.measured.encoding][0]


def preview(*, content: str, sender: str) -> Preview:
    """Return how a text will look and what it takes."""
    measured = segments.measure(content)
    return Preview(
        sender=sender,
        measured=measured,
        pieces=_pieces(content, frozenset(measured.culprits)),
        culprits=[
            Culprit(
                # What has no shape of its own (a tab, a joiner) is told by its name alone.
                sign if sign.isprintable() and not sign.isspace() else "",
                f"U+{ord(sign):04X}",
                unicodedata.name(sign, "").capitalize(),
            )
            for sign in measured.culprits
        ],
    )


def lines(text: str) -> str:
    """Return a text with its line ends as one character: browsers send two."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _pieces(content: str, culprits: frozenset[str]) -> list[Piece]:
    pieces: list[Piece] = []
    for sign in content:
        costly = sign in culprits
        if pieces and pieces[-1].costly == costly:
            pieces[-1] = Piece(pieces[-1].text + sign, costly)
        else:
            pieces.append(Piece(sign, costly))
    return pieces
