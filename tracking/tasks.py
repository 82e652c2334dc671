"""What workers do for clicks; each task may run twice, or beside itself."""

from celery import shared_task
from django.utils import timezone

from tracking import judging, optouts, proposals, rejudging, spool


@shared_task
def judge_clicks(**_: object) -> int:
    """Say who clicked, of all clicks that nobody has judged yet."""
    return judging.judge()


@shared_task
def rejudge_clicks(**_: object) -> int:
    """Go on with judging all clicks again, where an administrator wants that."""
    return rejudging.work(at=timezone.now())


@shared_task
def propose_releases(**_: object) -> int:
    """Propose to release quarantined addresses that people have clicked for."""
    return proposals.follow()


@shared_task
def hear_wishes(**_: object) -> int:
    """Take in opt-outs that came before their messages."""
    return optouts.hear_kept(at=timezone.now())


@shared_task
def load_spool(**_: object) -> int:
    """Store the clicks that processes of this machine have left on its disk."""
    return spool.load()
