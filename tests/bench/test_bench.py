import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPREAD = {"median", "least", "most"}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What one run of all benchmarks, as small as they can be, has written."""
    path = tmp_path_factory.mktemp("bench") / "results.json"
    done = bench("--quick", "--messages", "3000", "--json", str(path))
    assert path.exists(), done.stderr
    results = json.loads(path.read_text())
    assert done.returncode == (0 if results["passed"] else 1)
    return results["benchmarks"] | {"table": done.stdout}


def bench(*arguments):
    environment = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    }
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )


def check_ratios(ratios):
    for row in ratios:
        assert set(row) == {
            *("what", "reference", "unit", "ours", "theirs"),
            *("ratio", "required", "at_most", "passed"),
        }
        for name in ("ours", "theirs", "ratio"):
            assert set(row[name]) == SPREAD
            assert 0 < row[name]["least"] <= row[name]["median"] <= row[name]["most"]


def counts(benchmark):
    return {row["what"]: (row["expected"], row["found"]) for row in benchmark["counts"]}


@pytest.mark.slow
def test_every_callback_that_is_answered_is_stored(found):
    accepted = found["accept"]

    check_ratios(accepted["ratios"])
    assert [(row["reference"], row["required"]) for row in accepted["ratios"]] == [
        ("hello view", 0.35),
        ("naive view and task", 4.0),
    ]
    assert all(expected == real > 0 for expected, real in counts(accepted).values())
    assert "callback accepted" in found["table"]


@pytest.mark.slow
def test_callbacks_leave_the_same_behind_whichever_way_they_are_applied(found):
    applied = found["apply"]

    check_ratios(applied["ratios"])
    assert [(row["reference"], row["required"]) for row in applied["ratios"]] == [
        ("bare SQL", 0.4),
        ("naive task", 20.0),
        ("nothing failed", 0.85),
    ]
    assert counts(applied) == {
        "messages accepted: ours, by bare SQL's": (0, 0),
        "messages sent: ours, by bare SQL's": (0, 0),
        "messages delivered: ours, by bare SQL's": (541, 541),
        "messages failed: ours, by bare SQL's": (59, 59),
        "messages ended the naive way": (60, 60),
    }


@pytest.mark.slow
def test_every_tab_is_asked_for_of_a_large_and_a_small_delivery(found):
    tabs = found["tabs"]

    check_ratios(tabs["ratios"])
    assert len(tabs["ratios"]) > 30
    assert {(row["required"], row["at_most"]) for row in tabs["ratios"]} == {(1.3, True)}
    assert counts(tabs) == {
        "figures of the small delivery that disagree with its rows": (0, 0),
        "messages in the large delivery": (3_000, 3_000),
    }


def test_a_benchmark_that_is_not_there_is_refused_by_name():
    done = bench("launch")

    assert done.returncode == 2
    assert "choose of accept, apply, prepare, redirect, tabs" in done.stderr
