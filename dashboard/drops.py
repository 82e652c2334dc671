"""What changed, in one sentence: how far success fell, where, and with which error."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from dashboard.templatetags.numbers import network, percent, plain_points, whole_percent
from deliveries import slice_names
from deliveries.shortfall import Blame, Shortfall
from deliveries.slice_names import Name


def sentence(found: Shortfall, *, own: bool) -> str:
    """Tell a drop; own: it is measured against the same account's deliveries.

    Takes one query at most for the place and one for the error.
    """
    now, usual = found.total.now.rate, found.total.usual.rate
    head = (
        _("Success is %(now)s of processed, %(points)s points under this account's usual %(usual)s")
        if own
        else _("Success is %(now)s of processed, %(points)s points under the usual %(usual)s")
    ) % {"now": percent(now), "points": plain_points(usual - now), "usual": percent(usual)}
    said = [_where(found)]
    if found.cause:
        said.append(_why(found.cause))
    return f"{head}: {'; '.join(said)}."


def _where(found: Shortfall) -> str:
    blamed = found.place
    if blamed is None:
        if found.everywhere:
            return _("no slice stands out, it fell everywhere")
        return _("no single slice explains half of it")
    share, place = whole_percent(blamed.share), _place(blamed)
    if blamed.grew:
        return _(
            "%(share)s of it is explained by more messages than usual to %(place)s, "
            "where success is usually %(usual)s"
        ) % {"share": share, "place": place, "usual": percent(blamed.change.usual.rate)}
    return _("%(share)s of the missing deliveries are in %(place)s") % {
        "share": share,
        "place": place,
    }


def _why(blamed: Blame) -> str:
    name = _name(blamed)
    if blamed.dimension == "reason":
        error = _("the reason “%(title)s”") % {"title": name.title}
    else:
        error = _("code %(code)s “%(title)s”") % {"code": name.code, "title": name.title}
    return _("%(share)s of the additional failures have %(error)s") % {
        "share": whole_percent(blamed.share),
        "error": error,
    }


def _place(blamed: Blame) -> str:
    name = _name(blamed)
    if blamed.dimension == "network":
        return _("network %(code)s") % {"code": network(name.code)}
    if blamed.dimension == "country":
        return str(name.title)
    if blamed.dimension == "account":
        return _("the account %(name)s") % {"name": name.title}
    return f"{name.code} ({name.title})" if name.title else name.code


def _name(blamed: Blame) -> Name:
    names: Mapping[str, Name] = slice_names.of(by=blamed.dimension, keys=[blamed.key])
    return names.get(blamed.key, Name(code=blamed.key))
