"""Serializers that refuse what they do not know: a mistyped name must not be lost silently."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers


class Strict(serializers.Serializer[Any]):
    """A body of which every field is known and may be set."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the values; refuse fields that are unknown or only read, by name."""
        if isinstance(data, dict):
            errors = {
                str(name): [self._refusal(str(name))]
                for name in data
                if name not in self.fields or self.fields[name].read_only
            }
            if errors:
                raise serializers.ValidationError(errors)
        return super().to_internal_value(data)

    def _refusal(self, name: str) -> str:
        if name in self.fields:
            return _("This field is only read.")
        return _("There is no such field.")


class Query(serializers.Serializer[Any]):
    """The query of an address, of which every parameter is known and stands once."""

    @classmethod
    def read(cls, query: QueryDict) -> dict[str, Any]:
        """Return the values of a request's query; raise ValidationError."""
        known = cls()
        errors = {
            name: [_("There is no such parameter.")]
            for name in query
            if name not in known.fields and name != "format"
        } | {
            name: [_("Give this parameter once.")] for name in query if len(query.getlist(name)) > 1
        }
        if errors:
            raise serializers.ValidationError(errors)
        serializer = cls(data=query.dict())
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        return values
