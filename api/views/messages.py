"""Messages: registering those that another system sent, the logs, one message's story."""

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging, parsing
from api.serializers.messages import (
    MessageRowSerializer,
    MessageSerializer,
    MessagesQuery,
    RegisteredSerializer,
    RegistrationSerializer,
)
from api.view import View, acting, seen_by
from deliveries import logs, story
from deliveries.logs import LogFilter
from deliveries.models import Delivery
from ingestion import registration


class MessagesView(View):
    """The messages of a delivery."""

    rights = {"POST": "deliveries.launch_delivery"}
    streams = True

    @extend_schema(
        operation_id="deliveries_messages_list",
        parameters=[MessagesQuery],
        responses=paging.listed(MessageRowSerializer),
    )
    def get(self, request: Request, delivery_id: int) -> Response:
        """List the messages, the latest change first."""
        place, wanted = MessagesQuery.split(request)
        page = logs.page(
            delivery=get_object_or_404(Delivery, pk=delivery_id),
            sort=wanted.pop("sort"),
            filter=LogFilter.parse(wanted),
            sees_addresses=seen_by(request)["viewer"].sees_addresses,
            **place,
        )
        return paging.answer(request, page, MessageRowSerializer)

    @extend_schema(
        operation_id="deliveries_messages_register",
        request=dict.fromkeys(filter(None, parsing.REGISTRATIONS), OpenApiTypes.STR)
        | {"application/json": RegistrationSerializer(many=True)},
        responses=RegisteredSerializer,
    )
    def post(self, request: Request, delivery_id: int) -> Response:
        """Register messages that were sent already: one JSON object a line, or a JSON list.

        The body is read while it comes, so that it may be long; all of it is registered in one
        transaction, but for the lines that `rejected` names.
        """
        registered = registration.register(
            delivery_id=delivery_id,
            stream=parsing.stream(request, kinds=parsing.REGISTRATIONS),
            **acting(request),
        )
        return Response(RegisteredSerializer(registered).data)


class MessageView(View):
    """One message."""

    @extend_schema(operation_id="messages_retrieve", responses=MessageSerializer)
    def get(self, request: Request, message_id: int) -> Response:
        """Show a message with everything that was reported of it, in the order of arrival."""
        told = story.of(message_id=message_id)
        return Response(MessageSerializer(told, context=seen_by(request)).data)
