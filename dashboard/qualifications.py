"""Qualifications as pages show them: with volume, plain words and what was said of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Sum, TextChoices
from django.db.models.functions import Cast, Coalesce
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from deliveries import counters, occurrences
from deliveries.models import Counter
from deliveries.occurrences import Struck
from ingestion import judgements
from ingestion.models import InboxEntry, Judgement
from providers import explaining, registry, suggestions
from providers.codes import Explanation
from providers.models import Qualification
from providers.suggestions import Suggestion
from storage import keyset
from storage.ids import time_of
from storage.keyset import Page

ROWS = 50
LONGEST_SEARCH = 150
# Those that wait come first, and among them those that strike most.
ORDER = ("-status", "-volume", "-id")
MOST_WAITING = 99
MOST_DELIVERIES = 5
MOST_SAMPLES = 5


class Chosen(TextChoices):
    """Which qualifications a list shows."""

    ALL = "", _("All")
    TO_QUALIFY = "to_qualify", _("To qualify")
    KEEP = "keep", _("Keep")
    IGNORE = "ignore", _("Ignore")


class Filter(NamedTuple):
    """How the list is cut: by status, by kind of provider, by a text."""

    status: str = ""
    kind: str = ""
    search: str = ""

    @classmethod
    def parse(cls, query: QueryDict) -> "Filter":
        """Read a filter from an address; what is not known is left out."""
        status, kind = query.get("status", ""), query.get("kind", "")
        search = query.get("search", "").strip().replace("\0", "")[:LONGEST_SEARCH]
        return cls(
            status if status in Chosen.values else "",
            kind if kind in registry.PROVIDERS else "",
            search,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    qualification: Qualification
    kind: str
    occurrences: int
    last_seen: datetime | None
    meaning: Explanation


class Sample(NamedTuple):
    """A callback in which the error was reported, and when; kept: it can still be shown."""

    entry_id: int
    at: datetime
    kept: bool


def waiting() -> int:
    """Count the errors that wait for somebody, up to MOST_WAITING and one more."""
    found = Qualification.objects.filter(status=Qualification.Status.TO_QUALIFY)
    return found[: MOST_WAITING + 1].count()


def page(*, chosen: Filter, cursor: str | None) -> Page[Row]:
    """Return one page of the list, with two queries."""
    found = keyset.page(_filtered(chosen), order=ORDER, cursor=cursor, size=ROWS)
    seen = occurrences.last_seen(qualification_ids=[row.pk for row in found.rows])
    return found.having(
        [
            Row(
                row,
                kind_label(row.kind),
                row.volume,  # type: ignore[attr-defined]  # annotated
                seen.get(row.pk),
                meaning(row),
            )
            for row in found.rows
        ]
    )


def _filtered(chosen: Filter) -> "QuerySet[Qualification]":
    struck = (
        Counter.objects.filter(
            figure=counters.ERROR, key=Cast(OuterRef("pk"), output_field=CharField())
        )
        .values("figure")
        .annotate(total=Sum("value"))
        .values("total")
    )
    rows = Qualification.objects.annotate(volume=Coalesce(Subquery(struck), 0))
    if chosen.status:
        rows = rows.filter(status=chosen.status)
    if chosen.kind:
        rows = rows.filter(kind=chosen.kind)
    if chosen.search:
        said = Q(code__iexact=chosen.search)
        for name in ("key", "text", "first_text"):
            said |= Q(**{f"{name}__icontains": chosen.search})
        rows = rows.filter(said)
    return rows


def meaning(row: Qualification) -> Explanation:
    """Return an error in plain words."""
    return explaining.of_qualification(row)


def titles(ids: Iterable[int | None]) -> dict[int, str]:
    """Return what failures mean in a few plain words, by their qualification."""
    wanted = {identifier for identifier in ids if identifier}
    if not wanted:
        return {}
    return {row.pk: str(meaning(row).title) for row in Qualification.objects.filter(pk__in=wanted)}


def kind_label(kind: str) -> str:
    """Return the name of a kind of provider, the kind itself where it is gone."""
    return str(registry.get(kind).label) if kind in registry.PROVIDERS else kind


def struck(row: Qualification) -> list[Struck]:
    """Return the deliveries that the error struck most."""
    return occurrences.deliveries(qualification_id=row.pk, most=MOST_DELIVERIES)


def samples(row: Qualification) -> list[Sample]:
    """Return the latest callbacks in which the error was reported."""
    ids = occurrences.entry_ids(qualification_id=row.pk, most=MOST_SAMPLES)
    kept = set(InboxEntry.objects.filter(pk__in=ids).values_list("pk", flat=True))
    return [Sample(identifier, time_of(identifier), identifier in kept) for identifier in ids]


def suggestion(row: Qualification) -> Suggestion:
    """Suggest what the error means; the same code means something else at another provider."""
    others = Qualification.objects.filter(
        kind=row.kind, code=row.code, status=Qualification.Status.KEEP
    ).exclude(Q(code="") | Q(pk=row.pk))
    return suggestions.suggest(
        text=row.first_text,
        elsewhere=list(others.values_list("failure_type", "reason")),
        table=(row.default_failure_type, row.default_reason),
    )


def history(row: Qualification) -> list[Judgement]:
    """Return the changes of a qualification, the latest first."""
    found = Judgement.objects.filter(qualification=row).select_related("by", "undone_by")
    return list(found.order_by("-id")[:ROWS])


def undoable(row: Qualification) -> Judgement | None:
    """Return the change that an undo would take back."""
    return judgements.last_change(qualification_id=row.pk)
