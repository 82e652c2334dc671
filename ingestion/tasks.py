"""What workers do for the mailbox; each task may run twice, or beside itself."""

from celery import shared_task
from django.utils import timezone

from ingestion import clicked, drain, figures, judging, maintenance, sightings, sweeping
from ingestion.simulator import debts


@shared_task
def drain_inbox(**_: object) -> int:
    """Apply what is waiting; a second drain running at the same time takes other entries."""
    return drain.drain()


@shared_task
def sweep(**_: object) -> int:
    """Find the work that no ring told of: parked callbacks that match by now, and what waits."""
    sweeping.sweep(at=timezone.now())
    return drain.drain()


@shared_task
def squash_counters(**_: object) -> int:
    """Replace what was counted of callbacks by its sums."""
    return figures.squash() + sightings.squash()


@shared_task
def judge_history(**_: object) -> int:
    """Go on with the history that a changed qualification has to judge, as its row tells."""
    return judging.work(at=timezone.now())


@shared_task
def hear_clicks(**_: object) -> int:
    """Let the record know what people's clicks prove."""
    return clicked.hear(at=timezone.now())


@shared_task
def maintain_partitions(**_: object) -> None:
    """Make partitions ahead of time and drop those past their retention."""
    maintenance.maintain(at=timezone.now())


@shared_task
def simulate(**_: object) -> int:
    """Post what the simulated provider owes by now; return how many reports."""
    return debts.settle()
