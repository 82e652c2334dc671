"""The rules as they are kept: each version is a row, and what is no longer in force stays."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from messaging.failures import FailureType, Reason
from quarantine import rules
from quarantine.models import Rule
from quarantine.rules import Ruling, Rulings


class Wanted(NamedTuple):
    """A rule as somebody wants it."""

    channel: str | None
    failure_type: int
    reason: int | None
    action: str
    threshold: int = 5
    forgiven_after_days: int = 10


class BadRules(Exception):
    """These rules cannot be; the text says why."""


def in_force() -> Rulings:
    """Return the rules that decide now."""
    return Rulings(_read("WHERE ended_at IS NULL"))


def all_versions() -> dict[int, Ruling]:
    """Return every version there ever was, by id: facts were decided by them."""
    return {ruling.id: ruling for ruling in _read()}


def _read(which: str = "") -> list[Ruling]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(Ruling._fields)} FROM quarantine_rule {which}")
        return [Ruling(*row) for row in cursor.fetchall()]


def replaced(wanted: Iterable[Wanted]) -> Rulings:
    """Return what these rules would decide in the place of those in force; raises BadRules."""
    return _thought_of(_by_subject(wanted))


def changed(wanted: Wanted) -> Rulings:
    """Return what would decide with one rule added or changed; raises BadRules."""
    _check(wanted, {})
    return _thought_of(_kept() | {wanted[:3]: wanted})


def removed(*, rule_id: int) -> Rulings:
    """Return what would decide without a rule."""
    return _thought_of(_kept(without=rule_id))


def _thought_of(wanted: Mapping[tuple[str | None, int, int | None], Wanted]) -> Rulings:
    """Return rules that are not kept: their ids are below zero."""
    return Rulings(Ruling(-number, 0, *rule) for number, rule in enumerate(wanted.values(), 1))


def listed() -> list[Rule]:
    """Return the rules in force, the general ones before those that are about more."""
    found = Rule.objects.filter(ended_at=None).select_related("made_by")
    return sorted(
        found,
        key=lambda row: (row.failure_type, row.reason is not None, row.reason or 0,
                         row.channel is not None, row.channel or ""),
    )  # fmt: skip


@transaction.atomic
def replace(wanted: Iterable[Wanted], *, by: AbstractBaseUser | None, at: datetime) -> list[str]:
    """Put these rules in the place of those in force; return in words what changed.

    A rule that is as before keeps its version.  Raises BadRules.  What was decided stays decided.
    """
    _lock()
    return _write(_by_subject(wanted), by=by, at=at)


@transaction.atomic
def change(wanted: Wanted, *, by: AbstractBaseUser | None, at: datetime) -> list[str]:
    """Add one rule, or put it in the place of the one about the same; raises BadRules."""
    _lock()
    _check(wanted, {})
    return _write(_kept() | {wanted[:3]: wanted}, by=by, at=at)


@transaction.atomic
def remove(*, rule_id: int, by: AbstractBaseUser | None, at: datetime) -> list[str]:
    """End a rule, so that a more general one decides; one that has ended stays so."""
    _lock()
    return _write(_kept(without=rule_id), by=by, at=at)


def _lock() -> None:
    """Let one change of the rules wait for another; drains read on."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE quarantine_rule IN SHARE ROW EXCLUSIVE MODE")


def _by_subject(
    wanted: Iterable[Wanted],
) -> dict[tuple[str | None, int, int | None], Wanted]:
    new: dict[tuple[str | None, int, int | None], Wanted] = {}
    for rule in wanted:
        _check(rule, new)
        new[rule[:3]] = rule
    return new


def _kept(*, without: int | None = None) -> dict[tuple[str | None, int, int | None], Wanted]:
    rows = Rule.objects.filter(ended_at=None).exclude(pk=without or 0)
    return {row[:3]: row for row in map(_wanted, rows)}


def _wanted(row: Rule) -> Wanted:
    return Wanted(*(getattr(row, name) for name in Wanted._fields))


def _check(rule: Wanted, others: Mapping[tuple[str | None, int, int | None], Wanted]) -> None:
    if rule[:3] in others:
        raise BadRules(_("Two rules are about the same channel, type and reason: keep one."))
    opt_out = rule.failure_type == FailureType.HARD and rule.reason == Reason.DENYLISTED
    if opt_out and rule.action != rules.DENYLIST:
        raise BadRules(_("Whoever opted out is denylisted, whatever the rules say: keep that."))


def _write(
    new: Mapping[tuple[str | None, int, int | None], Wanted],
    *,
    by: AbstractBaseUser | None,
    at: datetime,
) -> list[str]:
    told = []
    before = {_wanted(row)[:3]: row for row in Rule.objects.filter(ended_at=None)}
    changed = {about: rule for about, rule in new.items()
               if about not in before or _wanted(before[about]) != rule}  # fmt: skip
    for about, row in before.items():
        if about not in new or about in changed:
            Rule.objects.filter(pk=row.pk).update(ended_at=at)
            told += [] if about in new else [f"{in_words(_wanted(row))}: removed"]
    versions = _last_versions()
    for about, rule in changed.items():
        version = versions.get(about, 0) + 1
        made: dict[str, Any] = rule._asdict()
        Rule.objects.create(version=version, made_at=at, made_by_id=by.pk if by else None, **made)
        told.append(f"{in_words(rule)}: {_effect(rule)} (version {version})")
    return told


def _last_versions() -> dict[tuple[str | None, int, int | None], int]:
    found = Rule.objects.values_list("channel", "failure_type", "reason")
    return {(row[0], row[1], row[2]): row[3] for row in found.annotate(Max("version"))}


def in_words(rule: Wanted) -> str:
    """Return what a rule is about, for the journal."""
    reason = "any reason" if rule.reason is None else Reason(rule.reason).api_name
    kind = FailureType(rule.failure_type).api_name
    return f"{rule.channel or 'any channel'}, {kind}, {reason}".replace("_", " ")


def _effect(rule: Wanted) -> str:
    if rule.action != rules.COUNT:
        return rule.action
    return f"count to {rule.threshold}, forgiven after {rule.forgiven_after_days} days"


def ensure(**_options: Any) -> None:
    """Make the rules that every installation begins with, where there never were any."""
    if Rule.objects.exists():
        return
    for rule in rules.DEFAULTS:
        Rule.objects.create(
            channel=None,
            failure_type=rule.failure_type,
            reason=rule.reason,
            action=rule.action,
            threshold=rule.threshold,
            forgiven_after_days=rule.forgiven_after_days,
            made_at=timezone.now(),
        )
