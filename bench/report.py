"""What was found, as one table for people and one JSON for machines."""

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection

from bench.measures import Comparison, Findings


def table(found: Mapping[str, Findings]) -> str:
    """Return the table: a line per ratio, then the counts, then what was noted."""
    rows = [
        ("", "measured", "ours", "against", "reference", "ratio", "min-max", "required", ""),
        *(_row(name, row) for name, findings in found.items() for row in findings.comparisons),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    lines.insert(1, "-" * max(map(len, lines)))
    for name, findings in found.items():
        lines += [
            f"{name}: {row.what}: {row.found:,} of {row.expected:,} {_verdict(passed=row.passed)}"
            for row in findings.counts
        ]
        lines += [f"{name}: {what}: {figure:,g}" for what, figure in findings.notes.items()]
    return "\n".join(lines)


def write(found: Mapping[str, Findings], path: Path, *, quick: bool) -> None:
    """Write everything that was measured, with the machine it was measured on."""
    content = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "passed": all(findings.passed for findings in found.values()),
        "machine": _machine(),
        "benchmarks": {name: _as_json(findings) for name, findings in found.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")


def _as_json(findings: Findings) -> dict[str, Any]:
    return {
        "ratios": [row.as_json() for row in findings.comparisons],
        "counts": [row.as_json() for row in findings.counts],
        "notes": findings.notes,
    }


def _row(name: str, row: Comparison) -> tuple[str, ...]:
    ratios = row.ratios
    sign = "<=" if row.at_most else ">="
    return (
        name,
        row.what,
        f"{median(row.ours):,.4g} {row.unit}",
        row.reference,
        f"{median(row.theirs):,.4g} {row.unit}",
        f"{median(ratios):.2f}x",
        f"{min(ratios):.2f}-{max(ratios):.2f}",
        f"{sign} {row.required:g}x",
        _verdict(passed=row.passed),
    )


def _verdict(*, passed: bool) -> str:
    return "ok" if passed else "MISSED"


def _machine() -> dict[str, Any]:
    version = connection.cursor().connection.server_version
    return {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "postgresql": f"{version // 10_000}.{version % 10_000}",
    }
