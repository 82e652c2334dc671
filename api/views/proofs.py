"""Proofs of a delivery: its content, tried out on a few numbers."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.paging import Paged
from api.serializers.proofs import ProofRequestSerializer, ProofSerializer
from api.view import View, acting, seen_by
from api.views.deliveries import LAUNCH
from deliveries.models import Delivery
from sending import proofs


class ProofsView(View):
    """The proofs of a delivery."""

    rights = {"POST": LAUNCH}

    @extend_schema(
        operation_id="deliveries_proofs_list",
        parameters=[Paged],
        responses=paging.listed(ProofSerializer),
    )
    def get(self, request: Request, delivery_id: int) -> Response:
        """List them with their messages, newest first."""
        place, _ = Paged.split(request)
        get_object_or_404(Delivery.objects.only("id"), pk=delivery_id)
        page = proofs.page(delivery_id=delivery_id, **place)
        return paging.answer(request, page, ProofSerializer)

    @extend_schema(
        operation_id="deliveries_proofs_send",
        request=ProofRequestSerializer,
        responses={201: ProofSerializer},
    )
    def post(self, request: Request, delivery_id: int) -> Response:
        """Send the content to some numbers, all or none (409 once the delivery has started)."""
        given = ProofRequestSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        sent = proofs.send(
            delivery_id=delivery_id,
            addresses=given.validated_data["addresses"],
            line=given.validated_data.get("recipient"),
            **acting(request),
        )
        answer = ProofSerializer(sent, context=seen_by(request))
        return Response(answer.data, status=status.HTTP_201_CREATED)
