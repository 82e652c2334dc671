"""Addresses that are written to although they are in quarantine."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.paging import Paged
from api.serializers.allowing import AllowedSerializer, NewAllowedSerializer
from api.view import View, acting, seen_by
from sending import allowing

MANAGE = "quarantine.manage_quarantine"


class AllowlistView(View):
    """The list."""

    rights = {"POST": MANAGE}

    @extend_schema(
        operation_id="allowlist_list",
        parameters=[Paged],
        responses=paging.listed(AllowedSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the addresses, newest first."""
        place, _wanted = Paged.split(request)
        return paging.answer(request, allowing.page(**place), AllowedSerializer)

    @extend_schema(
        operation_id="allowlist_add",
        request=NewAllowedSerializer,
        responses={201: AllowedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Put an address on the list; 409 where it is there already."""
        given = NewAllowedSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        row = allowing.allow(**given.validated_data, **acting(request))
        shown = AllowedSerializer(row, context=seen_by(request)).data
        return Response(shown, status=status.HTTP_201_CREATED)


class AllowedView(View):
    """One address of the list."""

    rights = {"DELETE": MANAGE}

    @extend_schema(operation_id="allowlist_remove", responses={204: None})
    def delete(self, request: Request, allowed_id: int) -> Response:
        """Take an address off the list."""
        allowing.withdraw(allowed_id=allowed_id, **acting(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
