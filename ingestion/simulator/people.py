"""Recipients who do not exist: numbers kept for fiction, or that nobody assigned."""

from typing import NamedTuple


class Range(NamedTuple):
    """Numbers of one country: `{}` holds `digits` digits, under each of the prefixes.

    share: out of a hundred messages, how many go there.
    """

    prefixes: tuple[str, ...]
    digits: int
    share: int

    @property
    def size(self) -> int:
        """Return how many numbers there are."""
        return int(len(self.prefixes) * 10**self.digits)

    def number(self, index: int) -> str:
        """Return one of them in E.164; neighbouring indexes lie apart, and none repeats early."""
        place = index * SCATTER % self.size
        prefix = self.prefixes[place % len(self.prefixes)]
        return f"{prefix}{place // len(self.prefixes):0{self.digits}}"


class Person(NamedTuple):
    """Somebody to write to, and the reference under which a customer base would know them."""

    address: str
    recipient: str


# A prime that divides the size of no range.
SCATTER = 7919
CYCLE = 100
RANGES = (
    # Italy keeps none for fiction: no operator has 399.
    Range(("+3939900",), 5, 46),
    # France: 06 39 98 for audiovisual works (ARCEP).
    Range(("+3363998",), 4, 24),
    # United Kingdom: 020 7946 0 for drama (Ofcom).
    Range(("+442079460",), 3, 14),
    # North America: 555-0100 to 555-0199 of each area (NANPA).
    Range(tuple(f"+1{area}55501" for area in (202, 212, 305, 312, 415, 416, 512, 617, 702)), 2, 11),
    # Germany: 0171 39200 and 0176 040690 for films (Bundesnetzagentur).
    Range(("+4917139200", "+49176040690"), 2, 5),
)
_SLOTS = [(which, turn) for which in RANGES for turn in range(which.share)]


def person(number: int) -> Person:
    """Return the recipient with this number, counted from 0: always the same one."""
    cycle, place = divmod(number, CYCLE)
    where, turn = _SLOTS[place * 37 % CYCLE]
    return Person(where.number(cycle * where.share + turn), f"C{100_000 + number}")
