"""What all calls have in common: who may call, what is read, how errors look."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.authentication import TokenAuthentication
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import errors, parsing
from api.authentication import Session
from api.parsing import Json
from deliveries.visible import Viewer


class HasRight(BasePermission):
    """Lets those in who have the right that a view names for the method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the caller may."""
        right = getattr(view, "rights", {}).get(request.method or "", "")
        return not right or request.user.has_perm(right)


class View(APIView):
    """One address of the API; `rights` names the right that a method takes, if any.

    streams: whether the body is read piece by piece, by the view itself.
    """

    rights: ClassVar[Mapping[str, str]] = {}
    streams: ClassVar[bool] = False
    authentication_classes = (TokenAuthentication, Session)
    permission_classes = (IsAuthenticated, HasRight)
    parser_classes = (Json,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in who may, and make the body ready."""
        super().initial(request, *args, **kwargs)
        if not self.streams:
            parsing.gather(request)

    def get_exception_handler(self) -> Callable[[Exception, Any], Response | None]:
        """Return what answers when something goes wrong."""
        return errors.answer


def acting(request: Request) -> dict[str, Any]:
    """Return who acts and when, as acts want to be told."""
    return {"by": request.user, "at": timezone.now()}


def seen_by(request: Request) -> dict[str, Any]:
    """Return the context in which serializers show rows to this caller."""
    return {"viewer": Viewer.of(request.user)}
