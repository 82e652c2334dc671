"""Measures and judges: `make bench`, or `python -m bench accept|apply|prepare|redirect|tabs`."""

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from bench import ground

NAMES = ("accept", "apply", "prepare", "redirect", "tabs")


def main() -> int:
    """Run the benchmarks that were asked for; 1 where a required ratio is missed."""
    options = _options()
    with ground.prepared():
        # They import models, which only a prepared ground allows.
        report = import_module("bench.report")
        found = {}
        for name in options.names or NAMES:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            found[name] = _measure(name, options)
        report.write(found, options.json, quick=options.quick)
        print(report.table(found))
    return 0 if all(findings.passed for findings in found.values()) else 1


def _measure(name: str, options: argparse.Namespace) -> Any:
    benchmark = import_module(f"bench.{name}")
    size = benchmark.QUICK if options.quick else benchmark.DEFAULT
    if name == "tabs" and options.messages:
        size = size._replace(messages=options.messages)
    return benchmark.measure(size)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="small sizes: for trying it out")
    parser.add_argument("--messages", type=int, help="of the large delivery (default 5,000,000)")
    parser.add_argument("--json", type=Path, default=Path("bench/results.json"), help="where to")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"there is no {', '.join(sorted(unknown))}: choose of {', '.join(NAMES)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
