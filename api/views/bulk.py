"""Decisions about many addresses: tried, taken, looked at and taken back."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.paging import Paged
from api.serializers.bulk import (
    BulkActSerializer,
    BulkPreviewSerializer,
    BulkSerializer,
    DoneSerializer,
)
from api.serializers.quarantine_filter import asked
from api.view import View, acting, seen_by
from deliveries import bulk as decisions
from quarantine.bulk import Wanted
from quarantine.bulk_models import BulkAct
from quarantine.models import Address
from storage import keyset

MANAGE = "quarantine.manage_quarantine"


class BulkActsView(View):
    """All decisions about many addresses."""

    rights = {"GET": MANAGE, "POST": MANAGE}

    @extend_schema(
        operation_id="quarantine_bulk_list",
        parameters=[Paged],
        responses=paging.listed(BulkActSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the decisions, the latest first."""
        place, _nothing = Paged.split(request)
        found = BulkAct.objects.select_related("by", "undone_by")
        page = keyset.page(found, order=("-id",), **place)
        return paging.answer(request, page, BulkActSerializer)

    @extend_schema(
        operation_id="quarantine_bulk",
        request=BulkSerializer,
        responses=PolymorphicProxySerializer(
            component_name="BulkAnswer",
            serializers=[BulkPreviewSerializer, DoneSerializer],
            resource_type_field_name=None,
        ),
    )
    def post(self, request: Request) -> Response:
        """Release, quarantine or denylist all that a filter finds, or tell which those are.

        Which addresses are meant is settled when the call comes; `state` is `open` while the rest
        is done in the background.
        """
        given = BulkSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        action = given.validated_data["action"]
        context = seen_by(request)
        sees_addresses = context["viewer"].sees_addresses
        wanted = asked(given.validated_data["filter"])
        seen = decisions.preview(wanted, action=action, sees_addresses=sees_addresses)
        if given.validated_data["dry_run"]:
            return Response(BulkPreviewSerializer(seen, context=context | {"action": action}).data)
        row = decisions.begin(
            Wanted(action, **given.decision()),
            wanted,
            sees_addresses=sees_addresses,
            **acting(request),
        )
        sample = [address.pk for address in seen.sample]
        return _worked(row, sample=sample, request=request)


class BulkActView(View):
    """One decision about many addresses."""

    rights = {"GET": MANAGE}

    @extend_schema(operation_id="quarantine_bulk_retrieve", responses=BulkActSerializer)
    def get(self, request: Request, act_id: int) -> Response:
        """Show a decision, and how far it is."""
        return Response(BulkActSerializer(_row(act_id), context=seen_by(request)).data)


class UndoView(View):
    """Taking a decision back."""

    rights = {"POST": MANAGE}

    @extend_schema(operation_id="quarantine_bulk_undo", request=None, responses=BulkActSerializer)
    def post(self, request: Request, act_id: int) -> Response:
        """Let its addresses be as without it, but for those decided on since; 409 after 30 days."""
        decisions.undo(act_id=act_id, **acting(request))
        decisions.work(at=timezone.now(), act_id=act_id)
        return Response(BulkActSerializer(_row(act_id), context=seen_by(request)).data)


class RetryView(View):
    """Trying a decision again that has failed."""

    rights = {"POST": MANAGE}

    @extend_schema(operation_id="quarantine_bulk_retry", request=None, responses=BulkActSerializer)
    def post(self, request: Request, act_id: int) -> Response:
        """Go on from where it stopped; 409 where it has not failed, or was undone since."""
        decisions.try_again(act_id=act_id, **acting(request))
        decisions.work(at=timezone.now(), act_id=act_id)
        return Response(BulkActSerializer(_row(act_id), context=seen_by(request)).data)


def _row(act_id: int) -> BulkAct:
    return get_object_or_404(BulkAct.objects.select_related("by", "undone_by"), pk=act_id)


def _worked(row: BulkAct, *, sample: list[int], request: Request) -> Response:
    """Do what can be done within the request, and return how far that came."""
    decisions.work(at=timezone.now(), act_id=row.pk)
    rows = Address.objects.filter(pk__in=sample).order_by("-modified_at", "-id")
    shown = DoneSerializer(_row(row.pk), context=seen_by(request) | {"sample": list(rows)})
    return Response(shown.data)
