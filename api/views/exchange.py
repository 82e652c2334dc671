"""Addresses of the quarantine as tables: taken over, and handed out."""

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from api import parsing
from api.serializers.exchange import ExportQuery, ImportedSerializer, ImportQuery
from api.serializers.quarantine_filter import asked
from api.view import View, acting, seen_by
from deliveries import exchange

MANAGE = "quarantine.manage_quarantine"


class ImportView(View):
    """Taking over addresses from elsewhere."""

    rights = {"POST": MANAGE}
    streams = True

    @extend_schema(
        operation_id="quarantine_import",
        parameters=[ImportQuery],
        request=dict.fromkeys(filter(None, parsing.TABLES), OpenApiTypes.STR),
        responses=ImportedSerializer,
    )
    def post(self, request: Request) -> Response:
        """Take over a table of addresses, one a line, in one transaction; it can be undone.

        Columns: address, channel, status, reason, text, date; in another order where the first
        line names them.  Lines that cannot be taken are told, by line and field.
        """
        wanted = ImportQuery.read(request.query_params)
        imported = exchange.take_over(
            parsing.stream(request, kinds=parsing.TABLES, of_lines=True),
            usual=wanted["status"],
            text=wanted["reason"],
            dry_run=wanted["dry_run"],
            **acting(request),
        )
        return Response(ImportedSerializer(imported).data)


class AsAsked(DefaultContentNegotiation):
    """Takes any `Accept`: a table is a table, and what goes wrong is told in JSON."""

    def select_renderer(
        self, _request: Request, renderers: Any, _format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """Return the first renderer, which tells what goes wrong."""
        first = next(iter(renderers))
        return first, first.media_type


class ExportView(View):
    """Handing out what the quarantine knows."""

    content_negotiation_class = AsAsked

    @extend_schema(
        operation_id="quarantine_export",
        parameters=[ExportQuery],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Return all that the filter finds as CSV, as the import reads it; masked as elsewhere."""
        wanted = asked(ExportQuery.read(request.query_params))
        viewer = seen_by(request)["viewer"]
        pieces = exchange.handed_out(wanted, viewer=viewer, **acting(request))
        return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
