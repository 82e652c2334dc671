"""The callback addresses; with and without the slash, since a redirect would lose a POST.

`ingestion.shortcut` answers them before they are looked up here.
"""

from django.urls import re_path

from ingestion import accounts
from ingestion.views import receive

TOKEN = f"(?P<token>{accounts.TOKEN.pattern})"

urlpatterns = [
    re_path(rf"^{TOKEN}/$", receive, name="callback"),
    re_path(rf"^{TOKEN}$", receive),
]
