"""Waves: how many messages leave at a time, as sizes, as shares of all, or as what is left."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

REST = "rest"
SIZE, SHARE = re.compile(r"[1-9][0-9]{0,8}"), re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)\s*%")
MOST = 100
ALL = 100.0


class BadWaves(Exception):
    """The waves cannot be cut so; the text, for people, says why."""


def check(wanted: Sequence[object]) -> list[str]:
    """Return waves as they are kept; raise BadWaves.

    Each is a number of messages, a share such as 10 %, or `rest`, which only the last can be.
    Whatever they leave over goes with the last one.
    """
    found = [str(wave).strip().lower() for wave in wanted]
    if len(found) > MOST:
        raise BadWaves(_("There can be %(most)d waves at most.") % {"most": MOST})
    for number, wave in enumerate(found, start=1):
        share = SHARE.fullmatch(wave)
        is_share = share is not None and 0 < float(share[1]) <= ALL
        is_rest = wave == REST and number == len(found)
        if not (SIZE.fullmatch(wave) or is_share or is_rest):
            text = _("Wave %(number)d: give a number of messages, a share such as 10%%, or rest.")
            raise BadWaves(text % {"number": number})
    return found


def ends(waves: Sequence[str], *, total: int) -> list[int]:
    """Return the last position of each wave; the last wave ends with the last message."""
    found: list[int] = []
    for wave in waves:
        last = found[-1] if found else 0
        if last >= total:
            break
        found.append(min(last + _size(wave, total), total))
    if not found:
        return [total]
    found[-1] = total
    return found


def _size(wave: str, total: int) -> int:
    if wave == REST:
        return total
    share = SHARE.fullmatch(wave)
    return max(round(total * float(share[1]) / ALL), 1) if share else int(wave)
