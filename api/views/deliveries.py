"""Deliveries: making them, changing them, their figures over time."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.serializers.deliveries import (
    DeliveriesQuery,
    DeliveryChangeSerializer,
    DeliverySerializer,
)
from api.serializers.timeline import TimelineQuery, TimelineSerializer
from api.view import View, acting
from deliveries import drafts, figures, listing, timeline
from deliveries.models import Delivery
from sending import drafts as sending_drafts

LAUNCH = "deliveries.launch_delivery"


def shown(delivery: Delivery, *, code: int = status.HTTP_200_OK) -> Response:
    """Answer with a delivery and its counters."""
    row = listing.Row(delivery, figures.of(delivery_ids=[delivery.pk])[delivery.pk])
    return Response(DeliverySerializer(row).data, status=code)


class DeliveriesView(View):
    """All deliveries."""

    rights = {"POST": LAUNCH}

    @extend_schema(
        operation_id="deliveries_list",
        parameters=[DeliveriesQuery],
        responses=paging.listed(DeliverySerializer),
    )
    def get(self, request: Request) -> Response:
        """List deliveries with their counters."""
        place, wanted = DeliveriesQuery.split(request)
        page = listing.page(**place, **wanted)
        return paging.answer(request, page, DeliverySerializer)

    @extend_schema(
        operation_id="deliveries_create",
        request=DeliverySerializer,
        responses={201: DeliverySerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a delivery that is being edited."""
        given = DeliverySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        delivery = drafts.create(**given.asked, **acting(request))
        return shown(delivery, code=status.HTTP_201_CREATED)


class DeliveryView(View):
    """One delivery."""

    rights = {"PATCH": LAUNCH, "DELETE": LAUNCH}

    @extend_schema(operation_id="deliveries_retrieve", responses=DeliverySerializer)
    def get(self, _request: Request, delivery_id: int) -> Response:
        """Show a delivery with its counters."""
        return shown(get_object_or_404(Delivery, pk=delivery_id))

    @extend_schema(
        operation_id="deliveries_change",
        request=DeliveryChangeSerializer,
        responses=DeliverySerializer,
    )
    def patch(self, request: Request, delivery_id: int) -> Response:
        """Change a delivery; what was sent can no longer be changed once it has started (409)."""
        given = DeliveryChangeSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        return shown(drafts.change(delivery_id=delivery_id, **given.asked, **acting(request)))

    @extend_schema(operation_id="deliveries_delete", responses={204: None})
    def delete(self, request: Request, delivery_id: int) -> Response:
        """Delete a draft with its recipients; 409 once it has started, or while it is prepared."""
        get_object_or_404(Delivery.objects.only("id"), pk=delivery_id)
        sending_drafts.delete(delivery_ids=[delivery_id], **acting(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DuplicateView(View):
    """The same content once more."""

    rights = {"POST": LAUNCH}

    @extend_schema(
        operation_id="deliveries_duplicate", request=None, responses={201: DeliverySerializer}
    )
    def post(self, request: Request, delivery_id: int) -> Response:
        """Make a draft of the same content and links, without recipients and contact date."""
        copy = sending_drafts.duplicate(delivery_id=delivery_id, **acting(request))
        return shown(copy, code=status.HTTP_201_CREATED)


class TimelineView(View):
    """A delivery over time."""

    @extend_schema(
        operation_id="deliveries_timeline",
        parameters=[TimelineQuery],
        responses=TimelineSerializer,
    )
    def get(self, request: Request, delivery_id: int) -> Response:
        """Show what happened in each minute, hour or day; a step too fine for it is raised."""
        step = TimelineQuery.read(request.query_params)["step"]
        get_object_or_404(Delivery.objects.only("id"), pk=delivery_id)
        found = timeline.of(delivery_id=delivery_id, step=step)
        shown = {"next": None, "previous": None, **found._asdict()}
        return Response(TimelineSerializer(shown).data)
