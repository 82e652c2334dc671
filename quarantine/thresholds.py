"""From when on failures are an incident, as it is kept: each version is a row."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction

from quarantine.outage_models import Watch
from quarantine.outages import Bar


class Wanted(NamedTuple):
    """What somebody wants to be an incident; see Watch."""

    enabled: bool = True
    least_messages: int = 200
    least_percent: int = 50
    times_usual: int = 5
    new_percent: int = 80
    quiet_minutes: int = 10


def in_force() -> Watch:
    """Return the version that holds now; the first one is made where there is none."""
    return Watch.objects.order_by("-version").first() or Watch.objects.get_or_create(version=1)[0]


def wanted(row: Watch) -> Wanted:
    """Return what a version says."""
    return Wanted(*(getattr(row, name) for name in Wanted._fields))


def bar(row: Watch) -> Bar:
    """Return what a version makes an outage."""
    return Bar(
        messages=row.least_messages,
        share=row.least_percent / 100,
        times=row.times_usual,
        unknown=row.new_percent / 100,
        quiet=timedelta(minutes=row.quiet_minutes),
    )


@transaction.atomic
def change(wanted: Wanted, *, by: AbstractBaseUser | None, at: datetime) -> list[str]:
    """Make another version, where something differs; return in words what changed."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE quarantine_watch IN SHARE ROW EXCLUSIVE MODE")
    before = in_force()
    told = [
        f"{name.replace('_', ' ')} {getattr(before, name)} → {value}"
        for name, value in wanted._asdict().items()
        if getattr(before, name) != value
    ]
    if told:
        made_by = by.pk if by else None
        Watch.objects.create(
            **wanted._asdict(), version=before.version + 1, made_at=at, made_by_id=made_by
        )
    return told
