"""What goes wrong, said in the look of all pages; to programs that ask for JSON, in JSON."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

RETRY_AFTER = "5"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400: the request makes no sense."""
    del exception
    return _answer(request, 400, _("This request makes no sense here."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403: logged in, but without the right."""
    del exception
    return _answer(request, 403, _("Your role does not allow this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: nothing lives here."""
    del exception
    return _answer(request, 404, _("There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 where the database is away, which passes; 500 where the fault is ours.

    Touches no database: it may be the very thing that is missing.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = _answer(request, 503, _("The database does not answer."))
        response["Retry-After"] = RETRY_AFTER
        return response
    return _answer(request, 500, _("Something went wrong on our side."))


def _answer(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"detail": detail}, status=status)
    return render(request, f"{status}.html", {"detail": detail}, status=status)
