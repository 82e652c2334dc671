"""Incidents as people read them: where, how many messages, and what holds for their errors."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboard.templatetags.marks import Mark
from dashboard.templatetags.numbers import count, network, whole_percent
from deliveries.incidents import Named
from messaging.country_names import name_of
from quarantine.models import Incident

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

State = Incident.State
MARKS = {
    State.OPEN: Mark("unknown", "warning"),
    State.CONFIRMED: Mark("progress", "lock"),
    State.DISMISSED: Mark("quiet", "cross"),
    State.WITHDRAWN: Mark("quiet", "excluded"),
}


class Line(NamedTuple):
    """One incident: its place, what happened there, and what that means for addresses."""

    row: Incident
    mark: Mark
    place: str
    story: str
    effect: "StrOrPromise"


def of(incidents: Iterable[Named]) -> list[Line]:
    """Return a line for each incident."""
    return [
        Line(row, MARKS[State(row.state)], place(row, account), _story(row), effect(row))
        for row, account in incidents
    ]


def place(row: Incident, account: str) -> str:
    """Return where an incident is, as “Network 222 01 (Italy) at Example”."""
    country = str(name_of(row.country)) if row.country else ""
    if row.network:
        named = _("Network %(code)s") % {"code": network(row.network)}
    elif row.prefix:
        named = row.prefix
    else:
        named, country = country, ""
    if not named:
        return account
    within = f"{named} ({country})" if country else named
    return _("%(place)s at %(account)s") % {"place": within, "account": account}


def _story(row: Incident) -> str:
    said = {
        "share": whole_percent(row.failed / row.messages if row.messages else 0.0),
        "messages": count(row.messages),
        "since": _moment(row.began_at),
        "until": _moment(row.failing_until),
    }
    told = (
        _("%(share)s of %(messages)s messages failed since %(since)s")
        if row.goes_on()
        else _("%(share)s of %(messages)s messages failed from %(since)s to %(until)s")
    ) % said
    if row.usual is None:
        return _("%(told)s; nobody knows yet what is usual there.") % {"told": told}
    return _("%(told)s, usually %(usual)s.") % {"told": told, "usual": whole_percent(row.usual)}


def effect(row: Incident) -> "StrOrPromise":
    """Return what holds for its errors."""
    if row.state == State.DISMISSED:
        return _("It was no incident: its errors count.")
    if row.state == State.WITHDRAWN:
        return _("More messages arrived than it first looked: its errors count.")
    if row.state == State.CONFIRMED:
        return _("It was an incident: its errors are void.")
    return _("Its errors are held: nobody is quarantined by them.")


def _moment(at: datetime) -> str:
    local, now = timezone.localtime(at), timezone.localtime()
    shape = pgettext("date", "H:i")
    if local.date() != now.date():
        shape = pgettext("date", "j M Y, H:i")
    return str(date_format(local, shape))
