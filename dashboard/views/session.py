"""Coming, going, a new password, and how the pages look to this person."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from dashboard import throttle
from dashboard.templatetags.appearance import COOKIE, THEMES
from tracking import callers

ONE_YEAR = 365 * 24 * 3600


class LoginForm(AuthenticationForm):
    """Name and password; wrong ones are counted before they are looked at."""

    too_many = False

    def clean(self) -> dict[str, Any]:
        """Check the password, unless too many were wrong lately."""
        username = self.cleaned_data.get("username")
        if not (username and self.cleaned_data.get("password") and self.request):
            return self.cleaned_data
        try:
            attempt = throttle.attempt(
                username=username,
                address=callers.address_of(self.request.META),
                at=timezone.now(),
            )
        except throttle.TooManyFailures as error:
            self.too_many = True
            raise ValidationError(
                _(
                    "Too many wrong passwords. Wait 15 minutes, or ask an administrator to set a "
                    "new password for you."
                ),
                code="too_many",
            ) from error
        cleaned = super().clean()
        attempt.succeeded()
        return cleaned or {}


class Login(auth.LoginView):
    """The login page; `next` is followed only within this site."""

    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show what is wrong; too many failures have a status of their own."""
        response = super().form_invalid(form)
        if isinstance(form, LoginForm) and form.too_many:
            response.status_code = 429
            response["Retry-After"] = str(int(throttle.WINDOW.total_seconds()))
        return response


class PasswordChange(auth.PasswordChangeView):
    """A new password for oneself."""

    success_url = reverse_lazy("deliveries")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Say that it is done."""
        messages.success(self.request, gettext("Your password has been changed."))
        return super().form_valid(form)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the system's choice in a cookie, which the next page reads."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    response = HttpResponseRedirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=ONE_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
