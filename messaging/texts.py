"""An SMS text as its phone shows it: lines, segments, and the characters that cost most."""

import unicodedata
from dataclasses import dataclass

from messaging import lookalikes, national, segments
from messaging.national import Fit
from messaging.segments import LIMITS, Segments


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a text; `costly` where they force the shorter alphabet."""

    text: str
    costly: bool


@dataclass(frozen=True, slots=True)
class Culprit:
    """A character that is not in the GSM alphabet: where it stands, and what says the same.

    instead: None where nothing does; empty where it can be left out.
    """

    sign: str
    code: str
    name: str
    position: int
    times: int
    instead: str | None
    lossless: bool

    @property
    def more(self) -> int:
        """Return in how many further places it stands."""
        return self.times - 1


@dataclass(frozen=True, slots=True)
class Preview:
    """A text, cut and counted; national: what it would take with tables of its language."""

    sender: str
    measured: Segments
    pieces: list[Piece]
    culprits: list[Culprit]
    national: Fit | None

    @property
    def text(self) -> str:
        """Return the text as a whole."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def limit(self) -> int:
        """Return how many units a text of one SMS may have in this alphabet."""
        return LIMITS[self.measured.encoding][0]

    @property
    def has_typographic(self) -> bool:
        """Tell whether some can be replaced without a loss."""
        return any(culprit.lossless for culprit in self.culprits)

    @property
    def has_letters(self) -> bool:
        """Tell whether some can be replaced by letters without their accents."""
        return any(
            culprit.instead is not None and not culprit.lossless for culprit in self.culprits
        )


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
                found.sign if found.sign.isprintable() and not found.sign.isspace() else "",
                f"U+{ord(found.sign):04X}",
                unicodedata.name(found.sign, "").capitalize(),
                *found[1:],
            )
            for found in lookalikes.found(content)
        ],
        national=national.best(content),
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
