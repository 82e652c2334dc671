"""What people wrote back."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.serializers.inbound import InboundQuery, InboundSerializer
from api.view import View, seen_by
from ingestion import inbound
from ingestion.inbound import InboundFilter
from storage import keyset


class InboundView(View):
    """Replies."""

    @extend_schema(
        operation_id="inbound_list",
        parameters=[InboundQuery],
        responses=paging.listed(InboundSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the replies, newest first."""
        place, wanted = InboundQuery.split(request)
        sees_addresses = seen_by(request)["viewer"].sees_addresses
        found = inbound.listed(InboundFilter(**wanted), sees_addresses=sees_addresses)
        page = keyset.page(found, order=("-id",), **place)
        return paging.answer(request, page, InboundSerializer)
