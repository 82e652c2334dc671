"""What goes wrong, as JSON: `{"detail": …}`, or `{"field": ["…"]}` where one field is to blame."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from rest_framework import status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from api.parsing import TooLarge
from deliveries.drafts import NotChangeable, Outdated
from deliveries.filters import BadFilter
from deliveries.models import Delivery, Message
from ingestion.accounts import BadAccount
from ingestion.judgements import BadRuling, NotNow
from ingestion.lines import BadBody
from ingestion.models import HeldCallback
from ingestion.registration import NotRegistrable
from providers.models import ProviderAccount, Qualification
from quarantine import acts, incidents
from quarantine.bulk_models import BulkAct
from quarantine.lines import BadTable
from quarantine.models import Address, Incident
from quarantine.rulebook import BadRules
from sending.allowing import AllowedAlready
from sending.doubts import NotInDoubt
from sending.drafts import NotDeletable
from sending.launch import BadStart, NotAllowed
from sending.layout import BadFile
from sending.models import Typology, TypologyVersion
from sending.preparation import NotPreparable
from sending.previews import UnknownRecipient
from sending.proofs import BadProof
from sending.recipients import NotTargetable
from sending.ruleset import BadRuleset
from sending.typologies import UnknownTypology
from storage.keyset import BadCursor
from tracking import outside, urls
from tracking.models import TrackedUrl

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_SAID = 500


class Conflict(Exception):
    """What is asked for is not possible as things stand; the text says why."""


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the response to an exception; None for one that nobody foresaw."""
    if isinstance(error, _NAMED):
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


# Those that name each field and its cure.
_NAMED = (
    BadFilter,
    BadAccount,
    BadProof,
    BadRuling,
    BadRuleset,
    BadStart,
    UnknownRecipient,
    urls.BadUrlSetting,
)
_CODES: tuple[tuple[tuple[type[Exception], ...], int], ...] = (
    (
        (
            AllowedAlready,
            Conflict,
            NotAllowed,
            NotChangeable,
            NotInDoubt,
            NotDeletable,
            NotNow,
            NotPreparable,
            NotRegistrable,
            NotTargetable,
            Outdated,
            UnknownTypology,
            acts.NotNow,
            incidents.NotNow,
            outside.NoLinks,
            urls.NotChangeable,
            IntegrityError,
        ),
        status.HTTP_409_CONFLICT,
    ),
    (
        (BadBody, BadFile, BadRules, BadTable, outside.UnknownMessage, DataError),
        status.HTTP_400_BAD_REQUEST,
    ),
    ((ObjectDoesNotExist, Http404), status.HTTP_404_NOT_FOUND),
    ((RequestDataTooBig,), status.HTTP_413_REQUEST_ENTITY_TOO_LARGE),
)

_ABSENT: "Mapping[type[Exception], StrOrPromise]" = {
    Address.DoesNotExist: gettext_lazy("There is no such address."),
    BulkAct.DoesNotExist: gettext_lazy("There is no such act."),
    Delivery.DoesNotExist: gettext_lazy("There is no such delivery."),
    HeldCallback.DoesNotExist: gettext_lazy("There is no such callback."),
    Incident.DoesNotExist: gettext_lazy("There is no such incident."),
    Message.DoesNotExist: gettext_lazy("There is no such message."),
    ProviderAccount.DoesNotExist: gettext_lazy("There is no such account."),
    Qualification.DoesNotExist: gettext_lazy("There is no such qualification."),
    TrackedUrl.DoesNotExist: gettext_lazy("There is no such URL."),
    Typology.DoesNotExist: gettext_lazy("There is no such typology."),
    TypologyVersion.DoesNotExist: gettext_lazy("There is no such typology."),
}


def _sentence(error: Exception) -> str:
    if isinstance(error, IntegrityError):
        return _("Somebody else changed the same at the same time: look again.")
    if isinstance(error, DataError):
        return _("A value cannot be stored.")
    if isinstance(error, ObjectDoesNotExist | Http404):
        return _absence(error)
    if isinstance(error, RequestDataTooBig):
        # Django's own limit, which lies above ours.
        return str(TooLarge.default_detail)
    return str(error)


def _absence(error: Exception) -> str:
    """Say what is not there, where a row was looked for."""
    missed = error.__context__ if isinstance(error, Http404) else error
    said = (text for kind, text in _ABSENT.items() if isinstance(missed, kind))
    return str(next(said, _("There is nothing under this address.")))


def _plain(response: Response) -> Response:
    """Call what is wrong with a whole body `detail`, as every other error."""
    general = api_settings.NON_FIELD_ERRORS_KEY
    if isinstance(response.data, dict) and general in response.data:
        response.data["detail"] = " ".join(map(str, response.data.pop(general)))
    response.data = _sayable(response.data)
    return response


def _sayable(said: Any) -> Any:
    """Return what is said without what it should not repeat from the request.

    That is halves of characters, and values as long as the request itself.
    """
    if isinstance(said, dict):
        return {_sayable(name): _sayable(value) for name, value in said.items()}
    if isinstance(said, list):
        return [_sayable(value) for value in said]
    text = str(said).encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…"


@csrf_exempt
def missing(request: HttpRequest, **_path: str) -> JsonResponse:
    """Answer an address that is none of ours; tell when only its last slash is missing."""
    text = _("There is nothing under this address.")
    if resolve(f"{request.path_info}/").func is not missing:
        text = _("Write a slash at the end of the address.")
    return JsonResponse({"detail": text}, status=status.HTTP_404_NOT_FOUND)
