"""Addresses for machines."""

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import IntConverter
from drf_spectacular.views import SpectacularJSONAPIView

from api import errors
from api.views.accounts import AccountsView, AccountView
from api.views.callbacks import CallbacksView, DiscardView, ReplayView, RetryView
from api.views.deliveries import DeliveriesView, DeliveryView, TimelineView
from api.views.error_reports import DeliveryErrorsView, ErrorsView
from api.views.exclusions import ExclusionsView
from api.views.inbound import InboundView
from api.views.journal import AuditView
from api.views.messages import MessagesView, MessageView
from api.views.qualifications import (
    QualificationsView,
    QualificationView,
    RequalifyView,
    UndoView,
)
from api.views.quarantine import AddressesView, AddressView, ReleaseView, RulesView
from api.views.tracking import ClicksView, UrlsView


class IdConverter(IntConverter):
    """An id: decimal digits, no more than the highest has."""

    regex = "[0-9]{1,19}"


register_converter(IdConverter, "id")

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("accounts/", AccountsView.as_view(), name="accounts"),
    path("accounts/<id:account_id>/", AccountView.as_view(), name="account"),
    path("deliveries/", DeliveriesView.as_view(), name="deliveries"),
    path("deliveries/<id:delivery_id>/", DeliveryView.as_view(), name="delivery"),
    path("deliveries/<id:delivery_id>/messages/", MessagesView.as_view(), name="messages"),
    path("deliveries/<id:delivery_id>/exclusions/", ExclusionsView.as_view(), name="exclusions"),
    path("deliveries/<id:delivery_id>/urls/", UrlsView.as_view(), name="urls"),
    path("deliveries/<id:delivery_id>/clicks/", ClicksView.as_view(), name="clicks"),
    path("deliveries/<id:delivery_id>/audit/", AuditView.as_view(), name="audit"),
    path("deliveries/<id:delivery_id>/timeline/", TimelineView.as_view(), name="timeline"),
    path("deliveries/<id:delivery_id>/errors/", DeliveryErrorsView.as_view(), name="errors_of"),
    path("errors/", ErrorsView.as_view(), name="errors"),
    path("messages/<id:message_id>/", MessageView.as_view(), name="message"),
    path("callbacks/", CallbacksView.as_view(), name="callbacks"),
    path("callbacks/replay/", ReplayView.as_view(), name="replay"),
    path("callbacks/<id:callback_id>/retry/", RetryView.as_view(), name="retry"),
    path("callbacks/<id:callback_id>/discard/", DiscardView.as_view(), name="discard"),
    path("qualifications/", QualificationsView.as_view(), name="qualifications"),
    path(
        "qualifications/<id:qualification_id>/", QualificationView.as_view(), name="qualification"
    ),
    path(
        "qualifications/<id:qualification_id>/requalify/",
        RequalifyView.as_view(),
        name="requalify",
    ),
    path(
        "qualifications/<id:qualification_id>/undo/",
        UndoView.as_view(),
        name="qualification_undo",
    ),
    path("inbound/", InboundView.as_view(), name="inbound"),
    path("quarantine/", AddressesView.as_view(), name="quarantine"),
    path("quarantine/rules/", RulesView.as_view(), name="quarantine_rules"),
    path("quarantine/<id:address_id>/", AddressView.as_view(), name="quarantine_address"),
    path("quarantine/<id:address_id>/release/", ReleaseView.as_view(), name="release"),
    path("<path:anything>", errors.missing),
]
