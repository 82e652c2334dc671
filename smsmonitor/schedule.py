"""What beat starts, and how often. Tasks are named by string, so that beat imports none of them."""

from typing import Any

PERIODS: dict[str, float] = {
    "ingestion.tasks.sweep": 5,
    "ingestion.tasks.judge_history": 5,
    "sending.tasks.close_ended": 10,
    "deliveries.tasks.squash_counters": 30,
    "ingestion.tasks.squash_counters": 30,
    "ingestion.tasks.maintain_partitions": 3600,
}


def entries() -> dict[str, dict[str, Any]]:
    """Return the schedule as Celery reads it.

    A task that waited longer than its period has been superseded by the next one: it expires,
    so that a stopped worker finds no pile of them.
    """
    return {
        name: {"task": name, "schedule": period, "options": {"expires": period}}
        for name, period in PERIODS.items()
    }
