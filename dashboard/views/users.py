"""People: their list, adding one, what each may do, passwords and API tokens."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard import access, paging, people
from dashboard.user_forms import NewUserForm, UserForm
from storage import keyset

ROWS = 50
RIGHT = "providers.manage_accounts"


@access.page(right=RIGHT)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show everybody with their role."""
    page = paging.asked(
        request,
        lambda cursor: keyset.page(people.listed(), order=("username",), cursor=cursor, size=ROWS),
    )
    context = {"page": page}
    return render(request, "dashboard/users.html", context)


@access.page(right=RIGHT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Let somebody in, and show the first password once."""
    form = NewUserForm(request.POST or None, label_suffix="")
    if form.is_valid():
        try:
            user, password = people.add(
                **form.cleaned_data, by=access.person(request), at=timezone.now()
            )
        except people.NameTaken as error:
            form.add_error("username", str(error))
        else:
            return _once(request, user, _("First password"), password)
    return render(request, "dashboard/user_new.html", {"form": form})


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show one person, and take a change of what they may do."""
    found = get_object_or_404(people.listed(), pk=user_id)
    initial = {"role": people.role_of(found), "active": found.is_active}
    form = UserForm(request.POST or None, initial=initial, label_suffix="")
    if form.is_valid():
        try:
            people.change(
                user_id=found.pk,
                **form.cleaned_data,
                by=access.person(request),
                at=timezone.now(),
            )
        except people.LastAdministrator as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The user was saved."))
            return redirect("user", found.pk)
    context = {"form": form, "shown": found}
    return render(request, "dashboard/user.html", context)


@access.page(right=RIGHT)
@never_cache
@require_POST
def reset_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """Make a new password and show it once."""
    get_object_or_404(User, pk=user_id)
    found, password = people.reset_password(
        user_id=user_id, by=access.person(request), at=timezone.now()
    )
    return _once(request, found, _("New password"), password)


@access.page(right=RIGHT)
@never_cache
@require_POST
def new_token(request: HttpRequest, user_id: int) -> HttpResponse:
    """Make a new API token and show it once."""
    get_object_or_404(User, pk=user_id)
    found, token = people.new_token(user_id=user_id, by=access.person(request), at=timezone.now())
    return _once(request, found, _("API token"), token)


@access.page(right=RIGHT)
@require_POST
def revoke_token(request: HttpRequest, user_id: int) -> HttpResponse:
    """Take the API token away."""
    get_object_or_404(User, pk=user_id)
    get_object_or_404(User, pk=user_id)
    if people.revoke_token(user_id=user_id, by=access.person(request), at=timezone.now()):
        messages.success(request, _("The API token was revoked."))
    else:
        messages.info(request, _("There was no API token to revoke."))
    return redirect("user", user_id)


def _once(request: HttpRequest, shown: User, label: str, secret: str) -> HttpResponse:
    """Show a secret that is kept nowhere; reloading the page makes another one."""
    context = {"shown": shown, "label": label, "secret": secret}
    return render(request, "dashboard/shown_once.html", context)
