"""Lists: `{"next", "previous", "results"}`, with full addresses of the pages beside."""

from functools import cache
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from api.strictness import Query
from api.view import seen_by
from storage.keyset import Page

LARGEST_PAGE = 1_000


class Paged(Query):
    """What every list can be asked."""

    cursor = serializers.CharField(
        required=False, allow_blank=True, help_text="From `next` or `previous`."
    )
    page_size = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=100)

    @classmethod
    def split(cls, request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return where the page is (`cursor` and `size`), and what else was asked."""
        values = cls.read(request.query_params)
        place = {"cursor": values.pop("cursor", "") or None, "size": values.pop("page_size")}
        return place, values


@cache
def listed(row: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """Return the shape of a list of rows, for the schema."""
    fields = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": row(many=True),
    }
    name = row.__name__.removesuffix("Serializer")
    return type(f"{name}ListSerializer", (serializers.Serializer,), fields)


def answer(
    request: Request, page: Page[Any], row: type[serializers.Serializer[Any]], **context: Any
) -> Response:
    """Return one page of a list."""
    results = row(page.rows, many=True, context=seen_by(request) | context).data
    return Response(
        {
            "next": _address(request, page.next),
            "previous": _address(request, page.previous),
            "results": results,
        }
    )


def _address(request: Request, cursor: str | None) -> str | None:
    return cursor and replace_query_param(request.build_absolute_uri(), "cursor", cursor)
