"""How the text of a delivery looks on a phone, and what it takes."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.serializers.previews import PreviewQuery, TextPreviewSerializer
from api.view import View, seen_by
from api.views.deliveries import LAUNCH
from deliveries.models import Delivery
from sending import previews


class PreviewView(View):
    """The preview of a delivery."""

    @extend_schema(
        operation_id="deliveries_preview",
        parameters=[PreviewQuery],
        responses=TextPreviewSerializer,
    )
    def get(self, request: Request, delivery_id: int) -> Response:
        """Show the text as a recipient gets it, what it takes, the longest case, and the cost.

        Without the right to launch, and once the delivery has started, it is the text as it is
        written, which is nobody's in particular.
        """
        recipient = PreviewQuery.read(request.query_params)["recipient"].strip()
        delivery = get_object_or_404(Delivery, pk=delivery_id)
        context = seen_by(request)
        if request.user.has_perm(LAUNCH):
            seen = previews.of_delivery(delivery=delivery, recipient=recipient, **context)
        elif recipient:
            self.permission_denied(request)
        else:
            seen = previews.plain(delivery)
        return Response(TextPreviewSerializer(seen, context=context).data)
