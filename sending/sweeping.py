"""Looking for work in the rows themselves: what is due, what was left behind, what is over."""

from datetime import datetime

from sending import beginning, claims, doubts, withdrawing


def sweep(*, at: datetime) -> None:
    """Start what is due, release waves, withdraw what is over, hold what was lost."""
    for delivery_id in beginning.due(at=at):
        beginning.start_due(delivery_id=delivery_id, at=at)
    for delivery_id in beginning.waves_due(at=at):
        beginning.release_wave(delivery_id=delivery_id, at=at)
    withdrawing.withdraw_cancelled(at=at)
    withdrawing.withdraw_late(at=at)
    doubts.settle_heard_of(at=at)
    claims.hold_lost(at=at)
