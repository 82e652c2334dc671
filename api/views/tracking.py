"""The links of a delivery, and who clicked."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.paging import Paged
from api.serializers.tracking import ClickSerializer, ClicksQuery, UrlSerializer
from api.view import View
from deliveries.models import Delivery
from storage import keyset
from tracking import figures, listed
from tracking.models import Click, TrackedUrl


class UrlsView(View):
    """The tracked URLs of a delivery."""

    @extend_schema(
        operation_id="deliveries_urls_list",
        parameters=[Paged],
        responses=paging.listed(UrlSerializer),
    )
    def get(self, request: Request, delivery_id: int) -> Response:
        """List the URLs of the content, with their clicks."""
        place, _ = Paged.split(request)
        delivery = get_object_or_404(Delivery, pk=delivery_id)
        urls = TrackedUrl.objects.filter(delivery=delivery)
        page = keyset.page(urls, order=("label", "id"), **place)
        counted = figures.of(delivery_id=delivery_id, urls=page.rows)
        return paging.answer(request, page.having(counted), UrlSerializer)


class ClicksView(View):
    """The clicks of a delivery."""

    @extend_schema(
        operation_id="deliveries_clicks_list",
        parameters=[ClicksQuery],
        responses=paging.listed(ClickSerializer),
    )
    def get(self, request: Request, delivery_id: int) -> Response:
        """List the clicks, newest first."""
        place, wanted = ClicksQuery.split(request)
        delivery = get_object_or_404(Delivery, pk=delivery_id)
        # A click follows its message, and that its delivery: older months are left out.
        clicks = Click.objects.filter(delivery=delivery, message_id__gte=delivery.pk, **wanted)
        page = keyset.page(clicks.select_related("url"), order=("-at", "-id"), **place)
        shown = page.having(listed.having_messages(page.rows))
        return paging.answer(request, shown, ClickSerializer)
