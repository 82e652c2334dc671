"""What is measured: ours against a reference, round by round, and counts that must be exact."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

Measure = Callable[[], float]


@dataclass(slots=True)
class Comparison:
    """A figure of ours against the same figure of a reference, measured in turns.

    required: the least ratio of ours to the reference, or with `at_most` the largest.
    """

    what: str
    reference: str
    unit: str
    required: float
    at_most: bool = False
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Return the ratio of each round: what slows a machine for a while slows both sides."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def passed(self) -> bool:
        """Tell whether the median of the ratios is as required."""
        ratio = median(self.ratios)
        return ratio <= self.required if self.at_most else ratio >= self.required

    def as_json(self) -> dict[str, Any]:
        """Return everything that was measured."""
        return {
            "what": self.what,
            "reference": self.reference,
            "unit": self.unit,
            "ours": _spread(self.ours),
            "theirs": _spread(self.theirs),
            "ratio": _spread(self.ratios),
            "required": self.required,
            "at_most": self.at_most,
            "passed": self.passed,
        }


@dataclass(frozen=True, slots=True)
class Count:
    """Something that was counted twice and must agree."""

    what: str
    expected: int
    found: int

    @property
    def passed(self) -> bool:
        """Tell whether it agrees."""
        return self.expected == self.found

    def as_json(self) -> dict[str, Any]:
        """Return both counts."""
        return {
            "what": self.what,
            "expected": self.expected,
            "found": self.found,
            "passed": self.passed,
        }


@dataclass(slots=True)
class Findings:
    """What one benchmark has found."""

    comparisons: list[Comparison] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    notes: dict[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Tell whether every ratio is as required and every count exact."""
        ratios = all(row.passed for row in self.comparisons)
        return ratios and all(row.passed for row in self.counts)


def in_turns(measures: Mapping[str, Measure], *, rounds: int) -> dict[str, list[float]]:
    """Measure A B C, C B A, …: what disturbs the machine, or grows, does so to all of them."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    order = list(measures)
    for _ in range(rounds):
        for name in order:
            found[name].append(measures[name]())
        order.reverse()
    return found


def _spread(figures: list[float]) -> dict[str, float]:
    return {"median": median(figures), "least": min(figures), "most": max(figures)}
