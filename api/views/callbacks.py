"""The inbox's troubles: what was set aside, the decision about it, and replays."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.errors import Conflict
from api.serializers.callbacks import (
    CallbackSerializer,
    CallbacksQuery,
    DiscardedSerializer,
    DiscardSerializer,
    ReplayedSerializer,
    ReplaySerializer,
    RetriedSerializer,
)
from api.view import View, acting
from ingestion import held, replay
from ingestion.models import HeldCallback
from storage import keyset

HANDLE = "providers.handle_callbacks"


def _decided() -> Conflict:
    return Conflict(_("This callback has been decided on already."))


class CallbacksView(View):
    """Callbacks that were set aside."""

    rights = {"GET": HANDLE}

    @extend_schema(
        operation_id="callbacks_list",
        parameters=[CallbacksQuery],
        responses=paging.listed(CallbackSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the callbacks, newest first."""
        place, wanted = CallbacksQuery.split(request)
        rows = HeldCallback.objects.select_related("decided_by").defer("body", "headers", "query")
        page = keyset.page(rows.filter(**wanted), order=("-id",), **place)
        return paging.answer(request, page, CallbackSerializer)


class RetryView(View):
    """Applying a callback once more."""

    rights = {"POST": HANDLE}

    @extend_schema(operation_id="callbacks_retry", request=None, responses=RetriedSerializer)
    def post(self, request: Request, callback_id: int) -> Response:
        """Apply a callback once more; 409 where it was given up."""
        get_object_or_404(HeldCallback.objects.only("id"), pk=callback_id)
        count = held.retry(ids=[callback_id], **acting(request))
        if not count:
            raise _decided()
        return Response({"retried": count})


class DiscardView(View):
    """Giving a callback up."""

    rights = {"POST": HANDLE}

    @extend_schema(
        operation_id="callbacks_discard", request=DiscardSerializer, responses=DiscardedSerializer
    )
    def post(self, request: Request, callback_id: int) -> Response:
        """Give a callback up for a reason, which is kept; 409 where it was given up before."""
        given = DiscardSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        get_object_or_404(HeldCallback.objects.only("id"), pk=callback_id)
        count = held.discard(ids=[callback_id], **given.validated_data, **acting(request))
        if not count:
            raise _decided()
        return Response({"discarded": count})


class ReplayView(View):
    """Reading stored callbacks again."""

    rights = {"POST": HANDLE}

    @extend_schema(
        operation_id="callbacks_replay", request=ReplaySerializer, responses=ReplayedSerializer
    )
    def post(self, request: Request) -> Response:
        """Read stored callbacks again after a mapping has changed, or tell what would move."""
        given = ReplaySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        dry_run = given.validated_data["dry_run"]
        replayed = replay.replay(
            chosen=replay.ReplayFilter(**given.validated_data["filter"]),
            dry_run=dry_run,
            **acting(request),
        )
        return Response(ReplayedSerializer(replayed, context={"dry_run": dry_run}).data)
