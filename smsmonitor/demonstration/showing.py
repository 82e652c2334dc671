"""The showing of the demonstration, from its first scene to its last or from where it stopped."""

from collections.abc import Callable
from functools import partial

from django.utils import timezone

from ingestion.simulator import accounts
from ingestion.simulator.patience import patiently
from ingestion.simulator.posting import Line
from ingestion.simulator.run import PATIENCE_SECONDS, Tell, run
from smsmonitor.demonstration import clicking, past, present, scenes
from smsmonitor.demonstration.waiting import wait_for

CONNECTIONS = 2


def show(
    *, tell: Tell, line: Callable[[], Line] = Line, patience: float = PATIENCE_SECONDS
) -> None:
    """Show all scenes; the system itself goes on with what was started.

    patience: seconds to wait for a worker that makes no progress.
    Raises past.NotApplied, present.NotPrepared, and Refused where the callback address refuses
    the callbacks.
    """
    waiting = line()
    wait_for(waiting.answers)
    waiting.close()
    account = patiently(lambda: accounts.account(at=timezone.now(), credentials=scenes.WORLD))
    # Nothing is said of the progress: it is seen in the dashboard.
    simulate = partial(
        run, connections=CONNECTIONS, tell=lambda _text: None, line=line, patience=patience
    )
    for scene in scenes.PAST:
        if restored := past.show(scene, account=account, simulate=simulate):
            tell(f"{restored.label}: {scene.messages} messages, finished.")
    for campaign in scenes.PRESENT:
        if started := present.show(campaign, account=account):
            status = started.get_status_display().lower()
            tell(f"{started.label}: {status}, watch {started.code}.")
    # Last: nobody has to wait for it.
    for scene in scenes.LATEST:
        if restored := past.show(scene, account=account, simulate=simulate):
            tell(f"{restored.label}: {scene.messages} messages, a carrier failed.")
        following = line()
        clicking.show(scene, line=following)
        following.close()
