"""What workers do for deliveries on their way out."""

from celery import current_app, shared_task
from django.utils import timezone

from sending import claims, closing, dispatch, preparation, sweeping, uploads

# One that waits for longer has been followed by others.
EXPIRES_SECONDS = 3


@shared_task
def close_ended(**_: object) -> int:
    """Finish the deliveries that have come to their end."""
    return closing.close_ended(at=timezone.now())


@shared_task
def prepare(**_: object) -> int:
    """Read the files and work on the preparations that nobody works on."""
    return uploads.work(at=timezone.now()) + preparation.work()


@shared_task
def hand_over_due(**_: object) -> int:
    """Ring for every account that has messages to hand over; return how many accounts."""
    accounts = claims.accounts()
    for account_id in accounts:
        current_app.send_task(
            "sending.tasks.hand_over",
            kwargs={"account_id": account_id},
            expires=EXPIRES_SECONDS,
            retry=False,
        )
    return len(accounts)


@shared_task
def hand_over(*, account_id: int, **_: object) -> int:
    """Hand over what may leave through an account; others at the same time take other messages."""
    return dispatch.run(account_id=account_id)


@shared_task
def sweep(**_: object) -> None:
    """Start what is due, and look after what was left behind."""
    sweeping.sweep(at=timezone.now())
