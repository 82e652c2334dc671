"""What goes wrong, as JSON: `{"detail": …}`, or `{"field": ["…"]}` where one field is to blame."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.urls import resolve
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from api.parsing import TooLarge
from deliveries.drafts import NotChangeable
from deliveries.filters import BadFilter
from ingestion.accounts import BadAccount
from ingestion.judgements import BadRuling, NotNow
from ingestion.lines import BadBody
from ingestion.registration import NotRegistrable
from quarantine import acts
from quarantine.rulebook import BadRules
from storage.keyset import BadCursor


class Conflict(Exception):
    """What is asked for is not possible as things stand; the text says why."""


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the response to an exception; None for one that nobody foresaw."""
    if isinstance(error, BadFilter | BadAccount | BadRuling):
        fields = {name: [str(text)] for name, text in error.errors.items()}
        return Response(fields, status=status.HTTP_400_BAD_REQUEST)
    if isinstance(error, BadCursor):
        return Response({"cursor": [str(error)]}, status=status.HTTP_400_BAD_REQUEST)
    for kinds, code in _CODES:
        if isinstance(error, kinds):
            return Response({"detail": _sentence(error)}, status=code)
    if isinstance(error, OperationalError | InterfaceError):
        return Response(
            {"detail": _("The database does not answer: try again.")},
            status=status.HTTP_503_SERVICE_UNAVAILABLE,
            headers={"Retry-After": "10"},
        )
    response = exception_handler(error, dict(context))
    return response and _plain(response)


_CODES: tuple[tuple[tuple[type[Exception], ...], int], ...] = (
    (
        (Conflict, NotChangeable, NotNow, NotRegistrable, acts.NotNow, IntegrityError),
        status.HTTP_409_CONFLICT,
    ),
    ((BadBody, BadRules, DataError), status.HTTP_400_BAD_REQUEST),
    ((ObjectDoesNotExist,), status.HTTP_404_NOT_FOUND),
    ((RequestDataTooBig,), status.HTTP_413_REQUEST_ENTITY_TOO_LARGE),
)


def _sentence(error: Exception) -> str:
    if isinstance(error, IntegrityError):
        return _("Somebody else changed the same at the same time: look again.")
    if isinstance(error, DataError):
        return _("A value cannot be stored.")
    if isinstance(error, ObjectDoesNotExist):
        return _("There is nothing under this address.")
    if isinstance(error, RequestDataTooBig):
        # Django's own limit, which lies above ours.
        return str(TooLarge.default_detail)
    return str(error)


def _plain(response: Response) -> Response:
    """Call what is wrong with a whole body `detail`, as every other error."""
    general = api_settings.NON_FIELD_ERRORS_KEY
    if isinstance(response.data, dict) and general in response.data:
        response.data["detail"] = " ".join(map(str, response.data.pop(general)))
    response.data = _sayable(response.data)
    return response


def _sayable(said: Any) -> Any:
    """Return what is said without halves of characters, which it may repeat from the request."""
    if isinstance(said, dict):
        return {_sayable(name): _sayable(value) for name, value in said.items()}
    if isinstance(said, list):
        return [_sayable(value) for value in said]
    return str(said).encode("utf-8", "replace").decode()


@csrf_exempt
def missing(request: HttpRequest, **_path: str) -> JsonResponse:
    """Answer an address that is none of ours; tell when only its last slash is missing."""
    text = _("There is nothing under this address.")
    if resolve(f"{request.path_info}/").func is not missing:
        text = _("Write a slash at the end of the address.")
    return JsonResponse({"detail": text}, status=status.HTTP_404_NOT_FOUND)
