"""The URLs of a delivery's content: found in it, decided on, and remembered for others."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from deliveries import drafts, journal
from deliveries.models import Delivery
from messaging.statuses import DeliveryStatus
from tracking import destinations, finding, tallies, terms
from tracking.models import LinkTerms, RememberedUrl, TrackedUrl

Mode = TrackedUrl.Mode
# By these a text gets a short link; by the others the URL stays as it was written.
SHORTENED = frozenset({Mode.TRACKED, Mode.ALWAYS, Mode.OPT_OUT})
REMEMBERED = frozenset({Mode.ALWAYS, Mode.NEVER})
CHANGEABLE = ("label", "category", "mode")
LONGEST_LABEL = 200


class NotChangeable(Exception):
    """The delivery has started, so its links stay as they were sent."""


class BadUrlSetting(Exception):
    """A decision on a URL cannot be kept; `errors` names each field and the cure."""

    def __init__(self, errors: dict[str, str]) -> None:
        """Keep the sentence of each field."""
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def of(*, delivery_id: int) -> list[TrackedUrl]:
    """Return the URLs of a delivery in the order in which they were found."""
    return list(TrackedUrl.objects.filter(delivery_id=delivery_id).order_by("id"))


def linkable(content: str) -> list[finding.Found]:
    """Return the URLs of a content that can become links, in their order."""
    found = []
    for one in finding.find(content):
        try:
            destinations.of(one.url)
        except destinations.BadUrl:
            continue
        found.append(one)
    return found


def modes(texts: Collection[str], *, delivery_id: int | None) -> dict[str, str]:
    """Return what is decided on URLs of a delivery, or would be if they were noted now."""
    if not texts:
        return {}
    remembered = {text: row.mode for text, row in _remembered(texts).items()}
    known = {url.url: url.mode for url in of(delivery_id=delivery_id)} if delivery_id else {}
    return dict.fromkeys(texts, str(Mode.TRACKED)) | remembered | known


@transaction.atomic
def note(*, delivery_id: int) -> list[TrackedUrl]:
    """Keep a row for each URL of a delivery's content and for no other; return them.

    What was decided on a URL stays; a new one is treated as it is remembered.  Once the delivery
    has started nothing changes.
    """
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    known = {url.url: url for url in of(delivery_id=delivery_id)}
    if delivery.is_started:
        return list(known.values())
    wanted = list(dict.fromkeys(one.url for one in linkable(delivery.content)))
    if gone := [url.pk for text, url in known.items() if text not in wanted]:
        TrackedUrl.objects.filter(pk__in=gone).delete()
    fresh = [text for text in wanted if text not in known]
    remembered = _remembered(fresh)
    for text in fresh:
        # One by one: their keys are the database's, and a content has few.
        known[text] = _begun(delivery, text, remembered.get(text))
    return [known[text] for text in wanted]


def _begun(delivery: Delivery, text: str, before: RememberedUrl | None) -> TrackedUrl:
    return TrackedUrl.objects.create(
        delivery=delivery,
        url=text,
        label=before.label if before else _label(text),
        category=before.category if before else "",
        mode=before.mode if before else Mode.TRACKED,
    )


@transaction.atomic
def adopt(*, delivery_id: int, model_id: int) -> None:
    """Treat the URLs of a new delivery, and how long its links work, as those of a model."""
    for url in of(delivery_id=model_id):
        decided = {name: getattr(url, name) for name in CHANGEABLE}
        TrackedUrl.objects.update_or_create(delivery_id=delivery_id, url=url.url, defaults=decided)
    for days in LinkTerms.objects.filter(delivery_id=model_id).values_list("days", flat=True):
        LinkTerms.objects.create(delivery_id=delivery_id, days=days)


def _label(text: str) -> str:
    """Return a first label: host and path, which people know it by."""
    bare = text.partition("://")[2] or text
    return bare.partition("?")[0].partition("#")[0].rstrip("/")[:LONGEST_LABEL]


def _remembered(texts: Iterable[str]) -> dict[str, RememberedUrl]:
    found = RememberedUrl.objects.filter(url__in=list(texts)).order_by("id")
    return {row.url: row for row in found}


@transaction.atomic
def decide(
    *,
    delivery_id: int,
    url_id: int,
    by: AbstractBaseUser | None,
    at: datetime,
    **fields: Any,
) -> TrackedUrl:
    """Change label, category or mode of a URL; always and never hold for later deliveries too.

    Raises TrackedUrl.DoesNotExist, NotChangeable and BadUrlSetting.
    """
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    url = TrackedUrl.objects.get(pk=url_id, delivery=delivery)
    _check(fields)
    before = {name: getattr(url, name) for name in CHANGEABLE}
    changed = [name for name in CHANGEABLE if fields.get(name, before[name]) != before[name]]
    if not changed:
        return url
    if "mode" in changed:
        _refuse_frozen(delivery)
    for name in changed:
        setattr(url, name, fields[name])
    url.save(update_fields=changed)
    if "label" in changed and delivery.archived_at is None:
        tallies.relabel(delivery_id=delivery_id)
    _remember(url, was=before["mode"])
    text = f"URL {url.pk} changed: {', '.join(changed)}."
    journal.write(delivery=delivery, code="LNK-1001", text=text, by=by, at=at)
    if (url.mode in SHORTENED) != (before["mode"] in SHORTENED):
        drafts.outdate(delivery, by=by, at=at)
    return url


def _refuse_frozen(delivery: Delivery) -> None:
    """Raise NotChangeable where messages were, or are being, made of the modes as they are."""
    if delivery.is_started:
        raise NotChangeable(_("The delivery has started: its links stay as they were sent."))
    if delivery.status == DeliveryStatus.TARGETING:
        raise NotChangeable(
            _("The target is being prepared: modes can be changed once that is done or stopped.")
        )
    if delivery.status == DeliveryStatus.SCHEDULED:
        raise NotChangeable(
            _("The delivery is scheduled: modes can be changed once that is taken back.")
        )


def _check(fields: dict[str, Any]) -> None:
    errors = {}
    if "label" in fields and not fields["label"].strip():
        errors["label"] = _("Give the URL a label.")
    if "mode" in fields and fields["mode"] not in Mode.values:
        errors["mode"] = _("One of %(modes)s.") % {"modes": ", ".join(Mode.values)}
    for name, longest in (("label", LONGEST_LABEL), ("category", 100)):
        if len(fields.get(name, "")) > longest:
            errors[name] = _("At most %(longest)d characters.") % {"longest": longest}
    if errors:
        raise BadUrlSetting(errors)


def _remember(url: TrackedUrl, *, was: str) -> None:
    """Keep what holds for later deliveries, or forget it where it no longer holds here."""
    if url.mode in REMEMBERED:
        kept = {"label": url.label, "category": url.category, "mode": url.mode}
        RememberedUrl.objects.update_or_create(url=url.url, defaults=kept)
    elif was in REMEMBERED:
        RememberedUrl.objects.filter(url=url.url).delete()


@transaction.atomic
def settle(
    *,
    delivery_id: int,
    decisions: Mapping[int, Mapping[str, Any]],
    days: int | None,
    by: AbstractBaseUser | None,
    at: datetime,
) -> None:
    """Decide on several URLs at once, by id, and on how long links work; all or nothing.

    Raises what `decide` and `terms.change` raise; errors of a URL are named `label_ID` and so on.
    """
    for url_id, fields in sorted(decisions.items()):
        try:
            decide(delivery_id=delivery_id, url_id=url_id, by=by, at=at, **fields)
        except BadUrlSetting as error:
            named = {f"{name}_{url_id}": text for name, text in error.errors.items()}
            raise BadUrlSetting(named) from error
    terms.change(delivery_id=delivery_id, days=days, by=by, at=at)
