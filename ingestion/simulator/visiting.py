"""Following the links of simulated messages at their time, as people and machines do."""

from django.db import transaction
from django.utils import timezone

from ingestion.models import SimulatedVisit
from ingestion.simulator.posting import Line

BATCH = 200


@transaction.atomic
def follow_some(line: Line) -> int:
    """Make the requests that are due, as many as fit; those that nobody answers stay due."""
    due = SimulatedVisit.objects.filter(due_at__lte=timezone.now())
    visits = due.order_by("due_at", "id").select_for_update(skip_locked=True)[:BATCH]
    made = []
    for visit in visits:
        if not line.follows(visit.url, method=visit.method, agent=visit.agent):
            break
        made.append(visit.pk)
    SimulatedVisit.objects.filter(pk__in=made).delete()
    return len(made)
