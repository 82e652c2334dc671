"""An error in plain words: those of its provider's table, or of whoever has qualified it."""

from typing import TYPE_CHECKING

from messaging.failures import Reason
from providers import registry
from providers.codes import CAUSES, UNLISTED, Explanation
from providers.models import Qualification

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def of_code(kind: str, code: str) -> Explanation | None:
    """Explain a code; None where there is none, or its kind of provider is gone."""
    if not code:
        return None
    try:
        return registry.get(kind).explain(code)
    except registry.UnknownKind:
        return None


def of_qualification(row: Qualification) -> Explanation:
    """Explain an error as it stands: what somebody has said of it comes before the table."""
    table = of_code(row.kind, row.code) or UNLISTED.explanation
    if (row.failure_type, row.reason) == (row.default_failure_type, row.default_reason):
        title = row.text or (table.title if row.code else row.first_text or table.title)
        return table._replace(title=title)
    listed = row.default_reason != Reason.UNDEFINED
    title = row.text or (table.title if listed else Reason(row.reason).label)
    return Explanation(title, *_of_class(row.failure_type, row.reason))


def _of_class(failure_type: int, reason: int) -> "tuple[StrOrPromise, StrOrPromise]":
    """Return cause and next step of the class that a qualification comes to; empty without one."""
    for failure, words in CAUSES.items():
        if (failure.failure_type, failure.reason) == (failure_type, reason):
            return words
    return "", ""
