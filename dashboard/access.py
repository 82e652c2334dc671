"""Who may open a page: everybody logged in, or those with a right."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import patch_cache_control

from deliveries.visible import Viewer

Rest = ParamSpec("Rest")
Answer = TypeVar("Answer", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, Rest], Answer]


def page(*, right: str = "") -> Callable[[View[Rest, Answer]], View[Rest, Answer | HttpResponse]]:
    """Guard a view: a login first, then the right where one is named.

    A fragment asked for after the session has ended must not put the login form in the middle
    of a page: htmx is told to load the login as a page.
    """

    def guard(view: View[Rest, Answer]) -> View[Rest, Answer | HttpResponse]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
        ) -> Answer | HttpResponse:
            if not request.user.is_authenticated:
                return _to_login(request)
            if right and not request.user.has_perm(right):
                raise PermissionDenied
            response = view(request, *args, **kwargs)
            # What somebody may see is nobody else's, on a shared machine or in a proxy.
            patch_cache_control(response, private=True, no_cache=True)
            return response

        return guarded

    return guard


def is_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks, and not for a page that the browser forgot."""
    restored = request.headers.get("HX-History-Restore-Request") == "true"
    return request.headers.get("HX-Request") == "true" and not restored


def viewer(request: HttpRequest) -> Viewer:
    """Return what this person may see of addresses."""
    return Viewer.of(request.user)


def person(request: HttpRequest) -> User:
    """Return who is logged in, behind `page`."""
    return cast("User", request.user)


def _to_login(request: HttpRequest) -> HttpResponse:
    if not is_fragment(request):
        return redirect_to_login(request.get_full_path(), resolve_url("login"))
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = f"{shown.path}?{shown.query}" if shown.query else shown.path
    login = redirect_to_login(back or "/", resolve_url("login"))
    return HttpResponse(status=204, headers={"HX-Redirect": login["Location"]})
