"""Incidents: listed, confirmed and dismissed; from when on failures are one."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.serializers.incidents import (
    IncidentSerializer,
    IncidentsQuery,
    LimitsSerializer,
    VerdictSerializer,
)
from api.view import View, acting, seen_by
from deliveries import incidents
from quarantine import thresholds
from quarantine.models import Incident
from storage import keyset

MANAGE = "quarantine.manage_quarantine"


class IncidentsView(View):
    """All incidents."""

    @extend_schema(
        operation_id="incidents_list",
        parameters=[IncidentsQuery],
        responses=paging.listed(IncidentSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the incidents, the latest first."""
        place, wanted = IncidentsQuery.split(request)
        found = incidents.listed().filter(**wanted)
        page = keyset.page(found, order=incidents.ORDER, **place)
        return paging.answer(request, page, IncidentSerializer)


class IncidentView(View):
    """One incident."""

    @extend_schema(operation_id="incidents_retrieve", responses=IncidentSerializer)
    def get(self, request: Request, incident_id: int) -> Response:
        """Show an incident, and whether all addresses follow it already."""
        return _shown(request, get_object_or_404(Incident, pk=incident_id))


class ConfirmView(View):
    """Saying that it was an incident."""

    rights = {"POST": MANAGE}

    @extend_schema(
        operation_id="incidents_confirm",
        request=VerdictSerializer,
        responses=IncidentSerializer,
    )
    def post(self, request: Request, incident_id: int) -> Response:
        """Let its errors stay void; 409 where it is so already."""
        return _decided(request, incident_id, str(Incident.State.CONFIRMED))


class DismissView(View):
    """Saying that it was none."""

    rights = {"POST": MANAGE}

    @extend_schema(
        operation_id="incidents_dismiss",
        request=VerdictSerializer,
        responses=IncidentSerializer,
    )
    def post(self, request: Request, incident_id: int) -> Response:
        """Let its errors count; 409 where it is so already."""
        return _decided(request, incident_id, str(Incident.State.DISMISSED))


class LimitsView(View):
    """From when on failures are an incident."""

    rights = {"PUT": MANAGE}

    @extend_schema(operation_id="incidents_limits", responses=LimitsSerializer)
    def get(self, _request: Request) -> Response:
        """Show the version in force."""
        return Response(LimitsSerializer(thresholds.in_force()).data)

    @extend_schema(
        operation_id="incidents_limits_change",
        request=LimitsSerializer,
        responses=LimitsSerializer,
    )
    def put(self, request: Request) -> Response:
        """Make another version; incidents that are known stay."""
        given = LimitsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = thresholds.wanted(thresholds.in_force())._replace(**given.validated_data)
        incidents.change_thresholds(wanted, **acting(request))
        return Response(LimitsSerializer(thresholds.in_force()).data)


def _decided(request: Request, incident_id: int, state: str) -> Response:
    given = VerdictSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    text = given.validated_data["reason"]
    row = incidents.decide(incident_id=incident_id, state=state, text=text, **acting(request))
    return _shown(request, row)


def _shown(request: Request, row: Incident) -> Response:
    return Response(IncidentSerializer(row, context=seen_by(request)).data)
