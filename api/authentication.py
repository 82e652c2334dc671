"""Who calls: a machine with a token, or a person with a session."""

from typing import Any

from drf_spectacular.authentication import SessionScheme
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class Session(SessionAuthentication):
    """A person's session, whose check against forgery leaves the body of a request unread."""

    def enforce_csrf(self, request: Request) -> None:
        """Raise PermissionDenied where the request may be forged.

        The check looks for a field of a form.  Django's own request knows from its type that the
        body is none; the framework's would parse it, and a registration could no longer be read
        while it comes.
        """
        unread: Any = request._request  # noqa: SLF001  # offered in no other way
        super().enforce_csrf(unread)


class _SessionScheme(SessionScheme):  # type: ignore[no-untyped-call]  # registers itself
    """Describes it in the schema as the framework's own."""

    target_class = "api.authentication.Session"
