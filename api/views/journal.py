"""The journal of a delivery."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.serializers.journal import AuditEventSerializer, AuditQuery
from api.view import View
from deliveries import journal_lines
from deliveries.journal_lines import Wanted
from deliveries.models import Delivery
from storage import keyset


class AuditView(View):
    """Who did what, and when."""

    @extend_schema(
        operation_id="deliveries_audit_list",
        parameters=[AuditQuery],
        responses=paging.listed(AuditEventSerializer),
    )
    def get(self, request: Request, delivery_id: int) -> Response:
        """List the lines of the journal, newest first."""
        place, wanted = AuditQuery.split(request)
        delivery = get_object_or_404(Delivery, pk=delivery_id)
        lines = journal_lines.listed(delivery=delivery, wanted=Wanted(**wanted))
        page = keyset.page(lines, order=("-id",), **place)
        return paging.answer(request, page, AuditEventSerializer)
