"""Decisions on the URLs of a delivery, and links for texts that another system sends."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.serializers.tracking import (
    DecidedUrlSerializer,
    LinksSerializer,
    MadesSerializer,
    TermsSerializer,
    UrlChangeSerializer,
)
from api.view import View, acting
from deliveries.models import Delivery
from tracking import outside, terms, urls
from tracking.outside import Wanted

LAUNCH = "deliveries.launch_delivery"


class UrlView(View):
    """One URL of a delivery's content."""

    rights = {"PATCH": LAUNCH}

    @extend_schema(
        operation_id="deliveries_urls_change",
        request=UrlChangeSerializer,
        responses=DecidedUrlSerializer,
    )
    def patch(self, request: Request, delivery_id: int, url_id: int) -> Response:
        """Decide on label, category and mode; on the mode only before the start (409)."""
        given = UrlChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        url = urls.decide(
            delivery_id=delivery_id, url_id=url_id, **given.validated_data, **acting(request)
        )
        return Response(DecidedUrlSerializer(url).data)


class LinksView(View):
    """The links of a delivery."""

    rights = {"GET": LAUNCH, "POST": LAUNCH, "PATCH": LAUNCH}

    @extend_schema(operation_id="deliveries_links_retrieve", responses=TermsSerializer)
    def get(self, _request: Request, delivery_id: int) -> Response:
        """Tell how many days the links work."""
        get_object_or_404(Delivery.objects.only("id"), pk=delivery_id)
        return Response({"days": terms.days_of(delivery_id=delivery_id)})

    @extend_schema(
        operation_id="deliveries_links_make",
        request=LinksSerializer,
        responses={201: MadesSerializer},
    )
    def post(self, request: Request, delivery_id: int) -> Response:
        """Make texts with links for messages that another system sends.

        A message that is not registered yet gets an id: give it as `message` when it is.
        """
        given = LinksSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = [
            Wanted(one.get("message"), one["fields"]) for one in given.validated_data["messages"]
        ]
        made = outside.make(delivery_id=delivery_id, wanted=wanted, **acting(request))
        shown = MadesSerializer({"messages": made})
        return Response(shown.data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="deliveries_links_change", request=TermsSerializer, responses=TermsSerializer
    )
    def patch(self, request: Request, delivery_id: int) -> Response:
        """Let the links work for other days, also those that were sent."""
        given = TermsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        terms.change(delivery_id=delivery_id, **given.validated_data, **acting(request))
        return Response({"days": terms.days_of(delivery_id=delivery_id)})
