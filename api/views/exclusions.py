"""Who was left out of a delivery, and why."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.serializers.exclusions import ExclusionSerializer, ExclusionsQuery
from api.view import View
from deliveries.models import Delivery, Exclusion
from messaging.failures import Reason
from storage import keyset


class ExclusionsView(View):
    """The exclusions of a delivery."""

    @extend_schema(
        operation_id="deliveries_exclusions_list",
        parameters=[ExclusionsQuery],
        responses=paging.listed(ExclusionSerializer),
    )
    def get(self, request: Request, delivery_id: int) -> Response:
        """List the exclusions, newest first."""
        place, wanted = ExclusionsQuery.split(request)
        rows = Exclusion.objects.filter(delivery=get_object_or_404(Delivery, pk=delivery_id))
        if "reason" in wanted:
            rows = rows.filter(reason=Reason[wanted["reason"].upper()])
        page = keyset.page(rows, order=("-id",), **place)
        return paging.answer(request, page, ExclusionSerializer)
