"""Rules of exclusion about the fields of recipients: filters, and what a text needs."""

from collections.abc import Sequence
from typing import Any

from messaging.failures import Reason
from sending import sentences
from sending.cases import Case, Exclusion
from sending.ruleset import Filter, Operator


def filters(case: Case) -> Sequence[Exclusion]:
    """Whose fields are as a filter says."""
    return [_filter(case, each) for each in case.ruleset.filters]


def _filter(case: Case, rule: Filter) -> Exclusion:
    query = f"""
        SELECT target.line, %s::text, '{{}}'::jsonb
          FROM target
          JOIN sending_recipient given ON given.delivery_id = %s AND given.line = target.line
         CROSS JOIN LATERAL (SELECT lower(coalesce(given.fields ->> %s, '')) AS value) AS field
         WHERE {_COMPARISONS[Operator(rule.operator)]}
    """
    text = sentences.FILTERED.format(name=rule.name, field=rule.field)
    values = [text, case.delivery_id, rule.field, *_compared(rule)]
    return Exclusion(Reason.EXCLUDED_BY_RULE, rule.name, query, values)


_IS_NUMBER = r"value ~ '^-?[0-9]{1,15}(\.[0-9]{1,6})?$'"
_COMPARISONS = {
    Operator.IS: "value = %s",
    Operator.IS_NOT: "value <> %s",
    Operator.ONE_OF: "value = ANY(%s)",
    Operator.CONTAINS: "position(%s IN value) > 0",
    Operator.STARTS_WITH: "starts_with(value, %s)",
    # Only what is a number can be below or above one.
    Operator.BELOW: f"CASE WHEN {_IS_NUMBER} THEN value::numeric < %s::numeric END",
    Operator.ABOVE: f"CASE WHEN {_IS_NUMBER} THEN value::numeric > %s::numeric END",
    Operator.EMPTY: "value = ''",
    Operator.FILLED: "value <> ''",
}


def _compared(rule: Filter) -> list[Any]:
    value = rule.value.lower()
    if rule.operator == Operator.ONE_OF:
        return [[each.strip() for each in value.split(",")]]
    return [value] if value else []


def missing_field(case: Case) -> Sequence[Exclusion]:
    """Who has no value for a field of the text that has no default there."""
    query = """
        SELECT target.line, %s::text, '{}'::jsonb
          FROM target
          JOIN sending_recipient given ON given.delivery_id = %s AND given.line = target.line
         WHERE coalesce(given.fields ->> %s, '') = ''
    """
    return [
        Exclusion(
            Reason.NOT_ELIGIBLE,
            "missing field",
            query,
            [sentences.MISSING_FIELD.format(field=name), case.delivery_id, name],
        )
        for name in case.needed
    ]
