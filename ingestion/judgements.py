"""Saying what an error means: a change of a qualification, and taking it back.

Whoever changes one locks its row, which drains share while they use it; a change that follows
while history is still being judged by the one before it is refused.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from deliveries import journal
from ingestion import judging, rulings
from ingestion.judging import Preview
from ingestion.models import Judgement
from ingestion.rulings import Change, Ruling
from messaging.failures import FailureType, Reason
from providers.models import Qualification

TO_QUALIFY = Qualification.Status.TO_QUALIFY
KEEP = Qualification.Status.KEEP
IGNORE = Qualification.Status.IGNORE


class BadRuling(Exception):
    """What was said of an error cannot be; `errors` says why, by the name of the field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


class NotNow(Exception):
    """The qualification cannot be changed as things stand; the text is for people."""


def said(row: Qualification) -> Ruling:
    """Return what a qualification says now."""
    return Ruling(row.status, row.failure_type, row.reason, row.text)


def ruling(row: Qualification, wanted: Mapping[str, Any]) -> Ruling:
    """Return what a qualification would say; fields that are not given stay.

    wanted: any of status, failure_type, reason, text.  An error to qualify is what its provider's
    table says, an ignored one has the type ignored; saying type or reason alone means to keep it.
    Raises BadRuling.
    """
    status = str(wanted.get("status", _implied_status(row, wanted)))
    text = str(wanted.get("text", row.text))
    if status == TO_QUALIFY:
        _refuse_beside_to_qualify(row, wanted)
        return Ruling(status, row.default_failure_type, row.default_reason, text)
    reason = int(wanted.get("reason", row.reason))
    if status == IGNORE:
        if wanted.get("failure_type", FailureType.IGNORED) != FailureType.IGNORED:
            raise BadRuling(
                {"failure_type": _("An ignored error has the type “ignored”: leave the type out.")}
            )
        return Ruling(status, int(FailureType.IGNORED), reason, text)
    failure_type = int(wanted.get("failure_type", row.failure_type))
    if failure_type == FailureType.UNDEFINED:
        raise BadRuling({"failure_type": _("Choose a type: hard, soft or ignored.")})
    return Ruling(status, failure_type, reason, text)


def _implied_status(row: Qualification, wanted: Mapping[str, Any]) -> str:
    if not {"failure_type", "reason"} & wanted.keys():
        return row.status
    still_ignored = wanted.get("failure_type", FailureType.IGNORED) == FailureType.IGNORED
    return IGNORE if row.status == IGNORE and still_ignored else KEEP


def _refuse_beside_to_qualify(row: Qualification, wanted: Mapping[str, Any]) -> None:
    table = {"failure_type": row.default_failure_type, "reason": row.default_reason}
    errors = {
        name: _(
            "An error to qualify is what its provider's table says: leave this out, or keep it."
        )
        for name, value in table.items()
        if wanted.get(name, value) != value
    }
    if errors:
        raise BadRuling(errors)


def preview(*, qualification_id: int, wanted: Mapping[str, Any]) -> Preview:
    """Tell what would move if history were judged by a change; raises BadRuling."""
    row = Qualification.objects.get(pk=qualification_id)
    after = ruling(row, wanted)
    standing = judging.changes(qualification_id=row.pk)
    change = Change(rulings.NOT_YET, said(row), after, judges_history=True)
    return judging.preview(qualification_id=row.pk, changes=[*standing, change], now=after)


def preview_undo(*, qualification_id: int) -> Preview:
    """Tell what would move if the last change were taken back.

    Raises NotNow and Qualification.DoesNotExist.
    """
    last = _undoable(Qualification.objects.get(pk=qualification_id).pk)
    standing = judging.changes(qualification_id=qualification_id)
    kept = [change for change in standing if change.id != last.pk]
    return judging.preview(
        qualification_id=qualification_id, changes=kept, now=judging.before_of(last)
    )


@transaction.atomic
def change(
    *,
    qualification_id: int,
    wanted: Mapping[str, Any],
    history: bool,
    by: AbstractBaseUser | None,
    at: datetime,
) -> Judgement | None:
    """Say from now on something else of an error, and judge history by it where that is asked for.

    Returns the change; None where nothing would change.  Raises BadRuling, NotNow and
    Qualification.DoesNotExist.
    """
    row = _locked(qualification_id)
    after = ruling(row, wanted)
    before = said(row)
    if after == before:
        return _requalify(row, by=by, at=at) if history else None
    # Only now, with the row locked: its id parts what was written before from what comes after.
    made = _record(row, after, history=history, by=by, at=at)
    text = f"Qualification {row.pk} ({row.kind}, {row.key}): {_in_words(before, after)}"
    text += ", history judged again." if history else "."
    journal.write(delivery=None, code="QLF-1001", text=text, by=by, at=at)
    return made


@transaction.atomic
def requalify(*, qualification_id: int, by: AbstractBaseUser | None, at: datetime) -> Judgement:
    """Judge history by what is said now; raises NotNow and Qualification.DoesNotExist."""
    return _requalify(_locked(qualification_id), by=by, at=at)


def _requalify(row: Qualification, *, by: AbstractBaseUser | None, at: datetime) -> Judgement:
    """Let the last change hold for what was before it, so that undoing it undoes this as well."""
    text = f"Qualification {row.pk} ({row.kind}, {row.key}): history judged again."
    journal.write(delivery=None, code="QLF-1004", text=text, by=by, at=at)
    last = last_change(qualification_id=row.pk)
    if last is None:
        return _record(row, said(row), history=True, by=by, at=at)
    last.judges_history = True
    last.state = Judgement.State.OPEN
    last.cursor = last.examined = last.moved = 0
    last.finished_at = None
    last.save()
    return last


@transaction.atomic
def undo(*, qualification_id: int, by: AbstractBaseUser | None, at: datetime) -> Judgement:
    """Take the last change back, as if it had never been; what it moved is judged once more.

    Raises NotNow where there is none, and Qualification.DoesNotExist.
    """
    row = _locked(qualification_id)
    last = _undoable(qualification_id)
    before, after = said(row), judging.before_of(last)
    made = _record(row, after, history=True, by=by, at=at, undoes=last)
    text = f"Qualification {row.pk} ({row.kind}, {row.key}): undone, {_in_words(before, after)}."
    journal.write(delivery=None, code="QLF-1002", text=text, by=by, at=at)
    return made


def _locked(qualification_id: int) -> Qualification:
    """Lock a qualification against drains and other changes; raise NotNow while history is open."""
    row = Qualification.objects.select_for_update().get(pk=qualification_id)
    under_way = Judgement.objects.filter(qualification=row, state=Judgement.State.OPEN).first()
    if under_way:
        text = _(
            "History is still being judged by the last change (%(examined)d messages so far): "
            "try again when that is done."
        )
        raise NotNow(text % {"examined": under_way.examined})
    return row


def latest(*, qualification_ids: Collection[int]) -> dict[int, Judgement]:
    """Return the last change of each qualification that had one, undone or not."""
    found = (
        Judgement.objects.filter(qualification_id__in=qualification_ids)
        .select_related("by")
        .order_by("qualification_id", "-id")
        .distinct("qualification_id")
    )
    return {row.qualification_id: row for row in found}


def last_change(*, qualification_id: int) -> Judgement | None:
    """Return the change that an undo would take back; None where there is none."""
    found = Judgement.objects.filter(
        qualification_id=qualification_id, undoes=None, undone_by=None
    ).order_by("-id")
    # Where history was judged by what was said all along, nothing was changed.
    return next((row for row in found if judging.before_of(row) != judging.after_of(row)), None)


def _undoable(qualification_id: int) -> Judgement:
    last = last_change(qualification_id=qualification_id)
    if last is None:
        raise NotNow(_("There is no change to undo."))
    return last


def _record(
    row: Qualification,
    after: Ruling,
    *,
    history: bool,
    by: AbstractBaseUser | None,
    at: datetime,
    undoes: Judgement | None = None,
) -> Judgement:
    before = said(row)
    row.status, row.failure_type, row.reason, row.text = after
    row.modified_at = at
    row.save(update_fields=["status", "failure_type", "reason", "text", "modified_at"])
    return Judgement.objects.create(
        qualification=row,
        at=at,
        by_id=by.pk if by else None,
        undoes=undoes,
        **{f"before_{name}": value for name, value in before._asdict().items()},
        **{f"after_{name}": value for name, value in after._asdict().items()},
        judges_history=history,
        state=Judgement.State.OPEN if history else Judgement.State.DONE,
        finished_at=None if history else at,
    )


def _in_words(before: Ruling, after: Ruling) -> str:
    return f"{_words(before)} -> {_words(after)}"


def _words(ruling: Ruling) -> str:
    names = (FailureType(ruling.failure_type).api_name, Reason(ruling.reason).api_name)
    return ", ".join([ruling.status, *names]).replace("_", " ")
