"""What errors mean: reading it, changing it, judging history by it, taking it back."""

from collections.abc import Sequence
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.serializers.qualifications import (
    DryRunSerializer,
    JudgementSerializer,
    PreviewSerializer,
    QualificationChangeSerializer,
    QualificationSerializer,
    QualificationsQuery,
)
from api.view import View, acting
from deliveries import occurrences
from ingestion import judgements
from providers.models import Qualification
from storage import keyset

QUALIFY = "providers.qualify_errors"
CHANGED_OR_TOLD = PolymorphicProxySerializer(
    component_name="QualificationOrPreview",
    serializers=[QualificationSerializer, PreviewSerializer],
    resource_type_field_name=None,
)


def _shown(rows: Sequence[Qualification]) -> dict[str, Any]:
    ids = [row.pk for row in rows]
    return {
        "occurrences": occurrences.of(qualification_ids=ids),
        "last": judgements.latest(qualification_ids=ids),
    }


def _one(qualification_id: int) -> Any:
    row = get_object_or_404(Qualification, pk=qualification_id)
    return QualificationSerializer(row, context=_shown([row])).data


class QualificationsView(View):
    """All qualifications."""

    rights = {"GET": QUALIFY}

    @extend_schema(
        operation_id="qualifications_list",
        parameters=[QualificationsQuery],
        responses=paging.listed(QualificationSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the qualifications, newest first."""
        place, wanted = QualificationsQuery.split(request)
        page = keyset.page(Qualification.objects.filter(**wanted), order=("-id",), **place)
        return paging.answer(request, page, QualificationSerializer, **_shown(page.rows))


class QualificationView(View):
    """One qualification."""

    rights = {"GET": QUALIFY, "PATCH": QUALIFY}

    @extend_schema(operation_id="qualifications_retrieve", responses=QualificationSerializer)
    def get(self, _request: Request, qualification_id: int) -> Response:
        """Show a qualification, with how far its last change has judged history."""
        return Response(_one(qualification_id))

    @extend_schema(
        operation_id="qualifications_change",
        request=QualificationChangeSerializer,
        responses=CHANGED_OR_TOLD,
    )
    def patch(self, request: Request, qualification_id: int) -> Response:
        """Say what an error means from now on, or tell what that would move."""
        given = QualificationChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = dict(given.validated_data)
        if wanted.pop("dry_run"):
            told = judgements.preview(qualification_id=qualification_id, wanted=wanted)
            return Response(PreviewSerializer(told).data)
        judgements.change(
            qualification_id=qualification_id, wanted=wanted, history=False, **acting(request)
        )
        return Response(_one(qualification_id))


class RequalifyView(View):
    """Judging history by what is said now."""

    rights = {"POST": QUALIFY}

    @extend_schema(
        operation_id="qualifications_requalify",
        request=DryRunSerializer,
        responses={200: PreviewSerializer, 202: JudgementSerializer},
    )
    def post(self, request: Request, qualification_id: int) -> Response:
        """Judge history by what is said now, in the background; 409 while it is being judged."""
        if _only_tell(request):
            told = judgements.preview(qualification_id=qualification_id, wanted={})
            return Response(PreviewSerializer(told).data)
        begun = judgements.requalify(qualification_id=qualification_id, **acting(request))
        return Response(JudgementSerializer(begun).data, status=status.HTTP_202_ACCEPTED)


class UndoView(View):
    """Taking the last change back."""

    rights = {"POST": QUALIFY}

    @extend_schema(
        operation_id="qualifications_undo",
        request=DryRunSerializer,
        responses={200: PreviewSerializer, 202: JudgementSerializer},
    )
    def post(self, request: Request, qualification_id: int) -> Response:
        """Take the last change back, and what it moved with it; 409 where there is none."""
        if _only_tell(request):
            told = judgements.preview_undo(qualification_id=qualification_id)
            return Response(PreviewSerializer(told).data)
        begun = judgements.undo(qualification_id=qualification_id, **acting(request))
        return Response(JudgementSerializer(begun).data, status=status.HTTP_202_ACCEPTED)


def _only_tell(request: Request) -> bool:
    given = DryRunSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    return bool(given.validated_data["dry_run"])
