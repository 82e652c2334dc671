"""Addresses for machines."""

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import IntConverter
from drf_spectacular.views import SpectacularJSONAPIView

from api import errors
from api.views import bulk, exchange
from api.views.accounts import AccountsView, AccountView
from api.views.allowing import AllowedView, AllowlistView
from api.views.callbacks import CallbacksView, DiscardView, ReplayView, RetryView
from api.views.deliveries import DeliveriesView, DeliveryView, DuplicateView, TimelineView
from api.views.error_reports import DeliveryErrorsView, ErrorsView
from api.views.exclusions import ExclusionsView
from api.views.inbound import InboundView
from api.views.incidents import (
    ConfirmView,
    DismissView,
    IncidentsView,
    IncidentView,
    LimitsView,
)
from api.views.journal import AuditView
from api.views.launch import CancelView, DoubtsView, PauseView, ResumeView, StartView
from api.views.links import LinksView, UrlView
from api.views.messages import MessagesView, MessageView
from api.views.previews import PreviewView
from api.views.proofs import ProofsView
from api.views.qualifications import (
    QualificationsView,
    QualificationView,
    RequalifyView,
    UndoView,
)
from api.views.quarantine import AddressesView, AddressView, ReleaseView, RulesView
from api.views.targets import PrepareView, RecipientsView
from api.views.tracking import ClicksView, UrlsView
from api.views.typologies import DryRunView, TypologiesView, TypologyView


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
    path("deliveries/<id:delivery_id>/duplicate/", DuplicateView.as_view(), name="duplicate"),
    path("deliveries/<id:delivery_id>/preview/", PreviewView.as_view(), name="preview"),
    path("deliveries/<id:delivery_id>/messages/", MessagesView.as_view(), name="messages"),
    path("deliveries/<id:delivery_id>/exclusions/", ExclusionsView.as_view(), name="exclusions"),
    path("deliveries/<id:delivery_id>/urls/", UrlsView.as_view(), name="urls"),
    path("deliveries/<id:delivery_id>/urls/<id:url_id>/", UrlView.as_view(), name="url"),
    path("deliveries/<id:delivery_id>/links/", LinksView.as_view(), name="links"),
    path("deliveries/<id:delivery_id>/clicks/", ClicksView.as_view(), name="clicks"),
    path("deliveries/<id:delivery_id>/audit/", AuditView.as_view(), name="audit"),
    path("deliveries/<id:delivery_id>/timeline/", TimelineView.as_view(), name="timeline"),
    path("deliveries/<id:delivery_id>/errors/", DeliveryErrorsView.as_view(), name="errors_of"),
    path("deliveries/<id:delivery_id>/recipients/", RecipientsView.as_view(), name="recipients"),
    path("deliveries/<id:delivery_id>/prepare/", PrepareView.as_view(), name="prepare"),
    path("typologies/", TypologiesView.as_view(), name="typologies"),
    path("typologies/<id:typology_id>/", TypologyView.as_view(), name="typology"),
    path("typologies/<id:typology_id>/dry-run/", DryRunView.as_view(), name="dry_run"),
    path("deliveries/<id:delivery_id>/start/", StartView.as_view(), name="start"),
    path("deliveries/<id:delivery_id>/pause/", PauseView.as_view(), name="pause"),
    path("deliveries/<id:delivery_id>/resume/", ResumeView.as_view(), name="resume"),
    path("deliveries/<id:delivery_id>/cancel/", CancelView.as_view(), name="cancel"),
    path("deliveries/<id:delivery_id>/proofs/", ProofsView.as_view(), name="proofs"),
    path("deliveries/<id:delivery_id>/doubts/", DoubtsView.as_view(), name="doubts"),
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
    path("allowlist/", AllowlistView.as_view(), name="allowlist"),
    path("allowlist/<id:allowed_id>/", AllowedView.as_view(), name="allowed"),
    path("quarantine/", AddressesView.as_view(), name="quarantine"),
    path("quarantine/rules/", RulesView.as_view(), name="quarantine_rules"),
    path("quarantine/import/", exchange.ImportView.as_view(), name="quarantine_import"),
    path("quarantine/export/", exchange.ExportView.as_view(), name="quarantine_export"),
    path("quarantine/bulk/", bulk.BulkActsView.as_view(), name="bulk_acts"),
    path("quarantine/bulk/<id:act_id>/", bulk.BulkActView.as_view(), name="bulk_act"),
    path("quarantine/bulk/<id:act_id>/undo/", bulk.UndoView.as_view(), name="bulk_undo"),
    path("quarantine/bulk/<id:act_id>/retry/", bulk.RetryView.as_view(), name="bulk_retry"),
    path("quarantine/incidents/", IncidentsView.as_view(), name="incidents"),
    path("quarantine/incidents/limits/", LimitsView.as_view(), name="incident_limits"),
    path("quarantine/incidents/<id:incident_id>/", IncidentView.as_view(), name="incident"),
    path(
        "quarantine/incidents/<id:incident_id>/confirm/",
        ConfirmView.as_view(),
        name="incident_confirm",
    ),
    path(
        "quarantine/incidents/<id:incident_id>/dismiss/",
        DismissView.as_view(),
        name="incident_dismiss",
    ),
    path("quarantine/<id:address_id>/", AddressView.as_view(), name="quarantine_address"),
    path("quarantine/<id:address_id>/release/", ReleaseView.as_view(), name="release"),
    path("<path:anything>", errors.missing),
]
