"""Typologies: read, made, changed, and tried on a target."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.serializers.typologies import (
    NewTypologySerializer,
    RulesetSerializer,
    TrialSerializer,
    TriedSerializer,
    TypologySerializer,
)
from api.view import View, acting
from sending import trials, typologies

MANAGE = "sending.manage_typologies"


def _shown(request: Request) -> dict[str, bool]:
    return {"manages": request.user.has_perm(MANAGE)}


class TypologiesView(View):
    """All typologies."""

    rights = {"POST": MANAGE}

    @extend_schema(operation_id="typologies_list", responses=paging.listed(TypologySerializer))
    def get(self, request: Request) -> Response:
        """List the typologies by name, each by the version that is in force."""
        latest = typologies.latest()
        results = TypologySerializer(latest, many=True, context=_shown(request)).data
        return Response({"next": None, "previous": None, "results": results})

    @extend_schema(
        operation_id="typologies_create",
        request=NewTypologySerializer,
        responses={201: TypologySerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a typology."""
        given = NewTypologySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = {"rules": {}} | given.validated_data
        made = typologies.create(**wanted, **acting(request))
        shown = TypologySerializer(made, context=_shown(request)).data
        return Response(shown, status=status.HTTP_201_CREATED)


class TypologyView(View):
    """One typology."""

    rights = {"PATCH": MANAGE}

    @extend_schema(operation_id="typologies_retrieve", responses=TypologySerializer(many=True))
    def get(self, request: Request, typology_id: int) -> Response:
        """Show the version in force of a typology, and those before it."""
        versions = typologies.versions(typology_id=typology_id)
        shown = TypologySerializer(versions, many=True, context=_shown(request)).data
        return Response(shown[0] | {"versions": shown[1:]})

    @extend_schema(
        operation_id="typologies_change", request=RulesetSerializer, responses=TypologySerializer
    )
    def patch(self, request: Request, typology_id: int) -> Response:
        """Put rules in force as a new version; deliveries that are prepared stay so."""
        given = RulesetSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        version = typologies.change(
            typology_id=typology_id, rules=given.validated_data["rules"], **acting(request)
        )
        return Response(TypologySerializer(version, context=_shown(request)).data)


class DryRunView(View):
    """Trying a typology."""

    rights = {"POST": MANAGE}

    @extend_schema(
        operation_id="typologies_dry_run", request=TrialSerializer, responses=TriedSerializer
    )
    def post(self, request: Request, typology_id: int) -> Response:
        """Tell whom it would leave out of a delivery's target; nothing is written."""
        given = TrialSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        tried = trials.run(
            typology_id=typology_id,
            delivery_id=wanted["delivery"],
            rules=wanted.get("rules"),
            at=acting(request)["at"],
        )
        return Response(TriedSerializer(tried).data)
