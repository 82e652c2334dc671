"""The content security policy: the same on every answer, so it is written once."""

from collections.abc import Callable
from functools import cache

from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"

# django-csp writes the policy anew for every answer, a third of what our middleware costs; it
# has to, for those who vary it by view or by nonce, and we do neither.
_policy = cache(build_policy)


def security_policy(
    ask: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Put the policy of the settings on every answer (a Django middleware)."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = ask(request)
        response.headers.setdefault(HEADER, _policy())
        return response

    return answer
