"""What the slices of an analysis are called: their keys as people and machines know them."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from messaging.addresses import redact_all
from messaging.countries import country_of_prefix
from messaging.country_names import name_of
from messaging.failures import Reason
from providers import registry
from providers.models import ProviderAccount, Qualification

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Name(NamedTuple):
    """How a slice is called.

    code: as networks and providers write it; title: in words, empty where a code says it all;
    api_name: what JSON and filters carry.  cause, next_step: of an error code.
    """

    code: str = ""
    title: "StrOrPromise" = ""
    api_name: str = ""
    cause: "StrOrPromise" = ""
    next_step: "StrOrPromise" = ""


def of(*, by: str, keys: Collection[str]) -> Mapping[str, Name]:
    """Return the name of every slice of a dimension, with one query at most.

    An empty key, which nobody names, has an empty name; so has one whose row is gone.
    """
    named = [key for key in keys if key]
    if by == "code":
        return _qualifications(named)
    if by == "account":
        accounts = ProviderAccount.objects.filter(pk__in=named).values_list("pk", "name")
        return {str(pk): Name(title=name, api_name=str(pk)) for pk, name in accounts}
    if by == "reason":
        reasons = {key: Reason(int(key)) for key in named}
        return {
            key: Name(title=reason.label, api_name=reason.api_name)
            for key, reason in reasons.items()
        }
    if by == "prefix":
        return {
            key: Name(code=key, title=name_of(country_of_prefix(key)), api_name=key)
            for key in named
        }
    if by == "country":
        return {key: Name(code=key, title=name_of(key), api_name=key) for key in named}
    return {key: Name(code=key, api_name=key) for key in named}


def _qualifications(keys: Collection[str]) -> dict[str, Name]:
    found = Qualification.objects.filter(pk__in=keys)
    return {str(row.pk): _of_error(row) for row in found}


def _of_error(row: Qualification) -> Name:
    # As the provider writes it: nobody knows what one puts into a code.
    code = redact_all(row.code)
    try:
        meaning = registry.get(row.kind).explain(row.code)
    except registry.UnknownKind:
        return Name(code=code, title=row.text, api_name=str(row.pk))
    return Name(
        code=code,
        title=row.text or meaning.title,
        api_name=str(row.pk),
        cause=meaning.cause,
        next_step=meaning.next_step,
    )
