"""The callback addresses; with and without the slash, since a redirect would lose a POST."""

from django.urls import re_path

from ingestion.views import receive

# 128 random bits are 22 characters at least: shorter words are pages about callbacks.
TOKEN = r"(?P<token>[A-Za-z0-9_-]{22,64})"  # noqa: S105  # a pattern

urlpatterns = [
    re_path(rf"^{TOKEN}/$", receive, name="callback"),
    re_path(rf"^{TOKEN}$", receive),
]
