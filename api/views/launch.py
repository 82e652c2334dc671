"""What can be done with a delivery: start, pause, resume, cancel, decide what is in doubt."""

from collections.abc import Callable
from typing import ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.paging import Paged
from api.serializers.deliveries import DeliverySerializer
from api.serializers.launch import (
    DecidedSerializer,
    DoubtDecisionSerializer,
    DoubtSerializer,
    NothingSerializer,
    StartSerializer,
)
from api.view import View, acting
from api.views.deliveries import LAUNCH, shown
from deliveries.models import Delivery
from sending import doubts, launch


class StartView(View):
    """The start of a delivery."""

    rights = {"POST": LAUNCH}

    @extend_schema(
        operation_id="deliveries_start", request=StartSerializer, responses=DeliverySerializer
    )
    def post(self, request: Request, delivery_id: int) -> Response:
        """Start a delivery that is ready, now or `at` a time, at once or in waves (else 409)."""
        given = StartSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return shown(launch.start(delivery_id=delivery_id, **given.asked, **acting(request)))


class _ActView(View):
    """An act that takes no more than its address."""

    rights = {"POST": LAUNCH}
    act: ClassVar[Callable[..., Delivery]]

    def done(self, request: Request, delivery_id: int) -> Response:
        """Do it, and show the delivery."""
        NothingSerializer(data=request.data).is_valid(raise_exception=True)
        return shown(type(self).act(delivery_id=delivery_id, **acting(request)))


class PauseView(_ActView):
    """A pause of a delivery."""

    act = staticmethod(launch.pause)

    @extend_schema(operation_id="deliveries_pause", request=None, responses=DeliverySerializer)
    def post(self, request: Request, delivery_id: int) -> Response:
        """Hand nothing over any more; one that is scheduled is ready again (else 409)."""
        return self.done(request, delivery_id)


class ResumeView(_ActView):
    """The end of a pause."""

    act = staticmethod(launch.resume)

    @extend_schema(operation_id="deliveries_resume", request=None, responses=DeliverySerializer)
    def post(self, request: Request, delivery_id: int) -> Response:
        """Go on with a paused delivery (else 409)."""
        return self.done(request, delivery_id)


class CancelView(_ActView):
    """The end of a delivery before its time."""

    act = staticmethod(launch.cancel)

    @extend_schema(operation_id="deliveries_cancel", request=None, responses=DeliverySerializer)
    def post(self, request: Request, delivery_id: int) -> Response:
        """Cancel what was not handed over, for good (409 where that is not possible)."""
        return self.done(request, delivery_id)


class DoubtsView(View):
    """Messages of which nobody knows whether they left."""

    rights = {"POST": LAUNCH}

    @extend_schema(
        operation_id="deliveries_doubts_list",
        parameters=[Paged],
        responses=paging.listed(DoubtSerializer),
    )
    def get(self, request: Request, delivery_id: int) -> Response:
        """List them, oldest first."""
        place, _ = Paged.split(request)
        get_object_or_404(Delivery.objects.only("id"), pk=delivery_id)
        page = doubts.page(delivery_id=delivery_id, **place)
        return paging.answer(request, page, DoubtSerializer)

    @extend_schema(
        operation_id="deliveries_doubts_decide",
        request=DoubtDecisionSerializer,
        responses=DecidedSerializer,
    )
    def post(self, request: Request, delivery_id: int) -> Response:
        """Say whether they were sent; none is ever sent again (409 where none is in doubt)."""
        given = DoubtDecisionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        decided = doubts.decide(
            delivery_id=delivery_id,
            was_sent=given.validated_data["was_sent"],
            message_ids=given.validated_data.get("messages"),
            **acting(request),
        )
        return Response({"decided": decided})
