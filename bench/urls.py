"""Every address of the system, and the door of the naive way."""

from django.urls import path

from bench import naive
from smsmonitor.urls import urlpatterns as ours

urlpatterns = [*ours, path("naive/<str:token>/", naive.Receive.as_view(), name="naive")]
