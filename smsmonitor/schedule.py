"""What beat starts, and how often. Tasks are named by string, so that beat imports none of them."""

from typing import Any

PERIODS: dict[str, float] = {
    "ingestion.tasks.sweep": 5,
    "ingestion.tasks.judge_history": 5,
    "tracking.tasks.judge_clicks": 3,
    "tracking.tasks.rejudge_clicks": 5,
    "ingestion.tasks.hear_clicks": 3,
    "tracking.tasks.propose_releases": 5,
    "tracking.tasks.hear_wishes": 3,
    "deliveries.tasks.work_bulk_acts": 5,
    "tracking.tasks.load_spool": 5,
    "ingestion.tasks.simulate": 1,
    "sending.tasks.hand_over_due": 1,
    "sending.tasks.sweep": 5,
    "deliveries.tasks.watch_for_outages": 5,
    "sending.tasks.close_ended": 10,
    "sending.tasks.prepare": 2,
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
