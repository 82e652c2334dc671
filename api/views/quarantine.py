"""Addresses that are left alone: read, released, quarantined and denylisted; the rules."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.serializers.quarantine import (
    AddressChangeSerializer,
    AddressesQuery,
    AddressSerializer,
    AddressStorySerializer,
    DecisionSerializer,
    NewAddressSerializer,
    RuleSerializer,
    RulesSerializer,
)
from api.serializers.quarantine_filter import asked
from api.serializers.what_if import OutlookSerializer, RulesQuery
from api.view import View, acting, seen_by
from deliveries import quarantining
from ingestion import rule_previews
from messaging.statuses import AddressStatus
from quarantine import listing, rulebook
from quarantine.ledger import Name
from quarantine.models import Address
from quarantine.rulebook import Wanted
from quarantine.what_if import Outlook
from storage import keyset

MANAGE = "quarantine.manage_quarantine"


class AddressesView(View):
    """All addresses that are not simply valid."""

    rights = {"POST": MANAGE}

    @extend_schema(
        operation_id="quarantine_list",
        parameters=[AddressesQuery],
        responses=paging.listed(AddressSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the addresses, those that changed last first."""
        place, wanted = AddressesQuery.split(request)
        sees_addresses = seen_by(request)["viewer"].sees_addresses
        found = listing.listed(asked(wanted).chosen(), sees_addresses=sees_addresses)
        page = keyset.page(found, order=listing.ORDER, **place)
        return paging.answer(request, page, AddressSerializer)

    @extend_schema(
        operation_id="quarantine_add",
        request=NewAddressSerializer,
        responses={201: AddressSerializer},
    )
    def post(self, request: Request) -> Response:
        """Quarantine or denylist an address; 409 where it is left alone already."""
        given = NewAddressSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        row = quarantining.add(
            name=Name(wanted["channel"], wanted["address"]),
            status=wanted["status"],
            **given.decision(),
            **acting(request),
        )
        shown = AddressSerializer(row, context=seen_by(request)).data
        return Response(shown, status=status.HTTP_201_CREATED)


class AddressView(View):
    """One address."""

    rights = {"PATCH": MANAGE}

    @extend_schema(operation_id="quarantine_retrieve", responses=AddressStorySerializer)
    def get(self, request: Request, address_id: int) -> Response:
        """Show an address, what became known of it, and every change."""
        row = get_object_or_404(Address, pk=address_id)
        context = seen_by(request) | {"address": row.address}
        return Response(AddressStorySerializer(row, context=context).data)

    @extend_schema(
        operation_id="quarantine_change",
        request=AddressChangeSerializer,
        responses=AddressSerializer,
    )
    def patch(self, request: Request, address_id: int) -> Response:
        """Release (valid), quarantine or denylist an address; 409 where it is so already."""
        given = AddressChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return _decided(request, address_id, given.validated_data["status"], given)


class ReleaseView(View):
    """Letting an address receive messages again."""

    rights = {"POST": MANAGE}

    @extend_schema(
        operation_id="quarantine_release",
        request=DecisionSerializer,
        responses=AddressSerializer,
    )
    def post(self, request: Request, address_id: int) -> Response:
        """Make an address valid: what was known against it is void."""
        given = DecisionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return _decided(request, address_id, str(AddressStatus.VALID), given)


class RulesView(View):
    """The rules in force."""

    rights = {"PUT": MANAGE}

    @extend_schema(operation_id="quarantine_rules", responses=paging.listed(RuleSerializer))
    def get(self, _request: Request) -> Response:
        """List the rules: the most specific decides, one of a reason before one of a channel."""
        return _rules()

    @extend_schema(
        operation_id="quarantine_rules_replace",
        parameters=[RulesQuery],
        request=PolymorphicProxySerializer(
            component_name="RulesOrOne",
            serializers=[RulesSerializer, RuleSerializer],
            resource_type_field_name=None,
        ),
        responses=PolymorphicProxySerializer(
            component_name="RulesAnswer",
            serializers=[paging.listed(RuleSerializer), OutlookSerializer],
            resource_type_field_name=None,
        ),
    )
    def put(self, request: Request) -> Response:
        """Put rules in the place of all in force; what was decided stays decided.

        A body that is one rule is added, or takes the place of the one about the same.  With
        `?dry_run=true` nothing is saved: the answer tells who would have entered the quarantine
        and who would have left it over the last 90 days (`enter`, `leave`, `unchanged`,
        `looked_at`, `sample`, `since`).
        """
        dry_run = RulesQuery.read(request.query_params)["dry_run"]
        if "failure_type" in request.data:
            one = RuleSerializer(data=request.data)
            one.is_valid(raise_exception=True)
            rule = Wanted(**one.validated_data)
            if dry_run:
                return _outlook(request, rule_previews.of_change(rule, at=timezone.now()))
            quarantining.change_rule(rule, **acting(request))
            return _rules()
        given = RulesSerializer(data=_results(request.data))
        given.is_valid(raise_exception=True)
        wanted = [Wanted(**rule) for rule in given.validated_data["results"]]
        if dry_run:
            return _outlook(request, rule_previews.of_replacement(wanted, at=timezone.now()))
        quarantining.replace_rules(wanted, **acting(request))
        return _rules()


def _decided(request: Request, address_id: int, wanted: str, given: DecisionSerializer) -> Response:
    row = quarantining.decide(
        address_id=address_id, status=wanted, **given.decision(), **acting(request)
    )
    return Response(AddressSerializer(row, context=seen_by(request)).data)


def _outlook(request: Request, outlook: Outlook) -> Response:
    return Response(OutlookSerializer(outlook, context=seen_by(request)).data)


def _results(data: Any) -> dict[str, Any]:
    """Return what was sent as GET shows it, without the cursors; `rules` is another name."""
    given = {name: value for name, value in data.items() if name not in ("next", "previous")}
    if "rules" in given and "results" not in given:
        given["results"] = given.pop("rules")
    return given


def _rules() -> Response:
    results = RuleSerializer(rulebook.listed(), many=True).data
    return Response({"next": None, "previous": None, "results": results})
