"""What people wrote back."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.paging import Paged
from api.serializers.inbound import InboundSerializer
from api.view import View
from ingestion.models import InboundMessage
from storage import keyset


class InboundView(View):
    """Replies."""

    @extend_schema(
        operation_id="inbound_list", parameters=[Paged], responses=paging.listed(InboundSerializer)
    )
    def get(self, request: Request) -> Response:
        """List the replies, newest first."""
        place, _ = Paged.split(request)
        page = keyset.page(InboundMessage.objects.all(), order=("-id",), **place)
        return paging.answer(request, page, InboundSerializer)
