"""Searching the logs of a delivery: the beginning of an address, a reference or a provider's id.

What few messages match is found by index, at once and completely.  What many match is told by a
condition, with which the logs are read a bounded stretch at a time.
"""

from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from deliveries.models import Delivery
from deliveries.visible import LOOKS_LIKE_AN_ADDRESS
from storage.keyset import Condition

# Whoever may not see addresses must not find a provider's id by the number that is in it.
HOLDS_ITS_ADDRESS = (
    "EXISTS (SELECT 1 FROM deliveries_message named WHERE named.id = reference.message_id "
    "AND named.address <> '' "
    "AND position(ltrim(named.address, '+') IN reference.provider_id) > 0)"
)
# So many matches of one kind are few: they are fetched and sorted.
FEW = 2_000


@dataclass(frozen=True, slots=True)
class Found:
    """What a search comes to.

    ids: the messages found by what few match; condition: of all messages, None where few match;
    only_address_of_many: whether nothing but the address is matched by many.
    """

    ids: list[int]
    condition: Condition | None
    only_address_of_many: bool


class _Kind(NamedTuple):
    """One thing that is searched.

    first: its first matches in the order of an index, as rows of id and whether it may be shown;
    condition: the same as a condition on a message.
    """

    name: str
    first: Condition
    condition: Condition


def find(*, delivery: Delivery, text: str, sees_addresses: bool) -> Found:
    """Look for a text with one query, which stops at FEW matches of each kind.

    Without the right to addresses they are not searched, nor references that are shown masked,
    and a provider's id only as a whole: it may be made of the number.
    """
    kinds = _kinds(delivery, text, sees_addresses=sees_addresses)
    matches = _first_matches(kinds)
    many = [kind for kind in kinds if len(matches[kind.name]) > FEW]
    few = sorted(
        {
            identifier
            for found in matches.values()
            if len(found) <= FEW
            for identifier, shown in found
            if shown
        }
    )
    if not many:
        return Found(few, None, only_address_of_many=False)
    conditions = [kind.condition for kind in many]
    conditions.append(Condition("seen.id = ANY(%s::bigint[])", (few,)))
    condition = Condition(
        f"({' OR '.join(condition.sql for condition in conditions)})",
        tuple(value for condition in conditions for value in condition.parameters),
    )
    only_address = [kind.name for kind in many] == ["address"]
    return Found(few, condition, only_address_of_many=only_address)


def _first_matches(kinds: list[_Kind]) -> dict[str, list[tuple[int, bool]]]:
    sql = " UNION ALL ".join(
        f"SELECT '{kind.name}', id, shown FROM ({kind.first.sql} LIMIT {FEW + 1}) AS {kind.name}"
        for kind in kinds
    )
    matches: dict[str, list[tuple[int, bool]]] = {kind.name: [] for kind in kinds}
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for kind in kinds for value in kind.first.parameters])
        for name, identifier, shown in cursor.fetchall():
            matches[name].append((identifier, shown))
    return matches


def _kinds(delivery: Delivery, text: str, *, sees_addresses: bool) -> list[_Kind]:
    prefix = connection.ops.prep_for_like_query(text) + "%"
    if sees_addresses:
        return [
            _column(delivery, "address", prefix),
            _column(delivery, "recipient", prefix),
            _references(delivery, "LIKE", prefix, shown="true"),
        ]
    pattern = LOOKS_LIKE_AN_ADDRESS.replace("%", "%%")
    return [
        _column(delivery, "recipient", prefix, shown=f"recipient !~ '{pattern}'"),
        _references(delivery, "=", text, shown=f"NOT {HOLDS_ITS_ADDRESS}"),
    ]


def _column(delivery: Delivery, name: str, prefix: str, *, shown: str = "true") -> _Kind:
    return _Kind(
        name=name,
        # In the order of the index, so that nothing but the index is walked.
        first=Condition(
            f"SELECT id, {shown} AS shown FROM deliveries_message WHERE delivery_id = %s "
            f"AND id >= %s AND {name} <> '' AND {name} LIKE %s ORDER BY {name}",
            (delivery.pk, delivery.pk, prefix),
        ),
        condition=Condition(f"(seen.{name} LIKE %s AND {shown})", (prefix,)),
    )


def _references(delivery: Delivery, operator: str, value: str, *, shown: str) -> _Kind:
    ours = (delivery.account_id, delivery.pk, value)
    return _Kind(
        name="provider_id",
        first=Condition(
            f"SELECT message_id AS id, {shown} AS shown "
            f"FROM deliveries_providerreference reference "
            f"WHERE account_id = %s AND message_id >= %s AND provider_id {operator} %s "
            f"ORDER BY provider_id",
            ours,
        ),
        condition=Condition(
            f"EXISTS (SELECT 1 FROM deliveries_providerreference reference "
            f"WHERE reference.message_id = seen.id AND reference.account_id = %s "
            f"AND reference.message_id >= %s AND reference.provider_id {operator} %s "
            f"AND {shown})",
            ours,
        ),
    )
