"""Typologies: made, changed by a new version, and found by the name that deliveries give."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from deliveries import journal
from deliveries.models import Delivery
from sending import ruleset
from sending.models import Typology, TypologyVersion
from sending.ruleset import BadRuleset, Ruleset

# Decides where a delivery names none.
STANDARD = "Standard"
LONGEST_NAME = 100


class UnknownTypology(Exception):
    """A delivery names a typology that there is not; the text says so."""


def names() -> list[str]:
    """Return the names of all typologies, the standard one first."""
    found = Typology.objects.order_by("name").values_list("name", flat=True)
    return sorted(found, key=lambda name: name != STANDARD)


def latest() -> list[TypologyVersion]:
    """Return the version in force of each typology, by name."""
    return list(
        TypologyVersion.objects.order_by("typology__name", "-version")
        .distinct("typology__name")
        .select_related("typology", "made_by")
    )


def in_force(*, typology_id: int) -> TypologyVersion:
    """Return the version in force of a typology; raise TypologyVersion.DoesNotExist."""
    found = TypologyVersion.objects.filter(typology_id=typology_id)
    return found.select_related("typology", "made_by").latest("version")


def versions(*, typology_id: int) -> list[TypologyVersion]:
    """Return all versions of a typology, the one in force first; raise Typology.DoesNotExist."""
    typology = Typology.objects.get(pk=typology_id)
    found = typology.versions.select_related("typology", "made_by")
    return list(found.order_by("-version"))


def of_delivery(delivery: Delivery) -> TypologyVersion:
    """Return the rules in force for a delivery; raise UnknownTypology."""
    name = delivery.typology or STANDARD
    found = TypologyVersion.objects.filter(typology__name=name).select_related("typology")
    version = found.order_by("-version").first()
    if version is None:
        raise UnknownTypology(
            _("There is no typology called “%(name)s”: choose another.") % {"name": name}
        )
    return version


@transaction.atomic
def create(
    *, name: str, rules: Mapping[str, Any], by: AbstractBaseUser | None, at: datetime
) -> TypologyVersion:
    """Make a typology; raise BadRuleset where its name is taken or its rules cannot be."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise BadRuleset({"name": _("Give a name of at most 100 characters.")})
    read = ruleset.read(rules)
    made, is_new = Typology.objects.get_or_create(name=name)
    if not is_new:
        raise BadRuleset({"name": _("There is a typology of this name already.")})
    text = f"Typology {name} created."
    journal.write(delivery=None, code="TYP-1001", text=text, by=by, at=at)
    return _add(made, 1, read, by=by, at=at)


@transaction.atomic
def change(
    *, typology_id: int, rules: Mapping[str, Any], by: AbstractBaseUser | None, at: datetime
) -> TypologyVersion:
    """Put rules in force as a new version, unless they are as before; raise BadRuleset."""
    typology = Typology.objects.select_for_update().get(pk=typology_id)
    now = in_force(typology_id=typology.pk)
    read = ruleset.read(rules)
    if read == ruleset.read(now.rules):
        return now
    before = now.rules
    changed = ", ".join(name for name, value in read.as_json().items() if before.get(name) != value)
    text = f"Typology {typology.name} changed to version {now.version + 1}: {changed}."
    journal.write(delivery=None, code="TYP-1002", text=text, by=by, at=at)
    return _add(typology, now.version + 1, read, by=by, at=at)


def _add(
    typology: Typology, version: int, rules: Ruleset, *, by: AbstractBaseUser | None, at: datetime
) -> TypologyVersion:
    return TypologyVersion.objects.create(
        typology=typology,
        version=version,
        rules=rules.as_json(),
        made_at=at,
        made_by_id=by.pk if by else None,
    )


def ensure(**_options: Any) -> None:
    """Make the typology that decides where a delivery names none."""
    typology, is_new = Typology.objects.get_or_create(name=STANDARD)
    if is_new:
        _add(typology, 1, Ruleset(), by=None, at=timezone.now())
