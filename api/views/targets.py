"""The target of a delivery, and its preparation."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api import parsing
from api.errors import Conflict
from api.serializers.targets import (
    PreparationSerializer,
    RecipientsQuery,
    TakenSerializer,
    TargetSerializer,
)
from api.view import View, acting
from deliveries.models import Delivery
from sending import layout, preparation, recipients
from sending.models import Preparation

LAUNCH = "deliveries.launch_delivery"
KINDS = (*parsing.TABLES, *parsing.JSON_LINES)


class RecipientsView(View):
    """The recipients of a delivery."""

    rights = {"POST": LAUNCH, "DELETE": LAUNCH}
    streams = True

    @extend_schema(operation_id="deliveries_recipients_retrieve", responses=TargetSerializer)
    def get(self, _request: Request, delivery_id: int) -> Response:
        """Tell how many recipients there are."""
        get_object_or_404(Delivery.objects.only("id"), pk=delivery_id)
        return Response({"recipients": recipients.count(delivery_id=delivery_id)})

    @extend_schema(
        operation_id="deliveries_recipients_add",
        parameters=[RecipientsQuery],
        request=dict.fromkeys(filter(None, KINDS), OpenApiTypes.STR),
        responses=TakenSerializer,
    )
    def post(self, request: Request, delivery_id: int) -> Response:
        """Take in recipients: a table whose first line names the columns, or JSON lines.

        Which of them it is the type of the body says; without one it is a table.

        The body is read while it comes, so that it may be long, and taken in as a whole; a line
        that cannot be read is told of, and the others are kept. 409 where a delivery takes no
        recipients as things stand.
        """
        told = {
            name: str(value) for name, value in RecipientsQuery.read(request.query_params).items()
        }
        mode = told.pop("mode")
        is_table = parsing.kind(request) in parsing.TABLES
        if not is_table:
            told["kind"] = layout.NDJSON
        taken = recipients.take(
            delivery_id=delivery_id,
            stream=parsing.stream(request, kinds=KINDS, of_lines=is_table),
            told=told,
            mode=mode,
            **acting(request),
        )
        return Response(TakenSerializer(taken).data)

    @extend_schema(operation_id="deliveries_recipients_remove", responses={204: None})
    def delete(self, request: Request, delivery_id: int) -> Response:
        """Remove all recipients."""
        recipients.clear(delivery_id=delivery_id, **acting(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PrepareView(View):
    """The preparation of a delivery."""

    rights = {"POST": LAUNCH, "DELETE": LAUNCH}

    @extend_schema(operation_id="deliveries_prepare_retrieve", responses=PreparationSerializer)
    def get(self, _request: Request, delivery_id: int) -> Response:
        """Tell how far the last preparation has come; 404 where there was none."""
        return _shown(delivery_id)

    @extend_schema(
        operation_id="deliveries_prepare", request=None, responses={202: PreparationSerializer}
    )
    def post(self, request: Request, delivery_id: int) -> Response:
        """Ask a worker to prepare; what was prepared before is replaced. 409 tells why not."""
        preparation.request(delivery_id=delivery_id, **acting(request))
        return _shown(delivery_id, code=status.HTTP_202_ACCEPTED)

    @extend_schema(operation_id="deliveries_prepare_stop", responses={202: PreparationSerializer})
    def delete(self, _request: Request, delivery_id: int) -> Response:
        """Stop the preparation that goes on: nothing is left of it, and the delivery as before."""
        get_object_or_404(Delivery.objects.only("id"), pk=delivery_id)
        if not preparation.cancel(delivery_id=delivery_id):
            raise Conflict(_("No preparation goes on."))
        return _shown(delivery_id, code=status.HTTP_202_ACCEPTED)


def _shown(delivery_id: int, *, code: int = status.HTTP_200_OK) -> Response:
    row = preparation.latest(delivery_id=delivery_id)
    if row is None:
        raise Preparation.DoesNotExist
    return Response(PreparationSerializer(row).data, status=code)
