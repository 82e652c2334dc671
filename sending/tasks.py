"""What workers do for deliveries on their way out."""

from celery import shared_task
from django.utils import timezone

from sending import closing


@shared_task
def close_ended(**_: object) -> int:
    """Finish the deliveries that have come to their end."""
    return closing.close_ended(at=timezone.now())
