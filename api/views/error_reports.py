"""Why messages fail, where, and what changed."""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.serializers.error_reports import DeliveryErrorsQuery, ErrorsQuery, ErrorsSerializer
from api.view import View
from deliveries import errors, latency, slice_names
from deliveries.errors import Analysis, Row
from deliveries.models import Delivery
from deliveries.shortfall import Blame, Shortfall, Tally
from deliveries.slice_names import Name
from deliveries.visible import Viewer
from providers.models import ProviderAccount


class DeliveryErrorsView(View):
    """The errors of a delivery."""

    @extend_schema(
        operation_id="deliveries_errors",
        parameters=[DeliveryErrorsQuery],
        responses=ErrorsSerializer,
    )
    def get(self, request: Request, delivery_id: int) -> Response:
        """Show failures by one dimension, beside the last deliveries of the account."""
        by = DeliveryErrorsQuery.read(request.query_params)["by"]
        delivery = get_object_or_404(Delivery, pk=delivery_id)
        return _answer(request, errors.of_delivery(delivery), by)


class ErrorsView(View):
    """The errors of all deliveries of a period."""

    @extend_schema(operation_id="errors", parameters=[ErrorsQuery], responses=ErrorsSerializer)
    def get(self, request: Request) -> Response:
        """Show failures by one dimension, beside the deliveries before the period."""
        wanted = ErrorsQuery.read(request.query_params)
        account_id = wanted.get("account")
        if account_id is not None:
            get_object_or_404(ProviderAccount.objects.only("id"), pk=account_id)
        found = errors.across(days=wanted["days"], account_id=account_id, at=timezone.now())
        return _answer(request, found, wanted["by"])


def _answer(request: Request, found: Analysis, by: str) -> Response:
    rows = found.rows(by, sees_addresses=Viewer.of(request.user).sees_addresses)
    names = slice_names.of(by=by, keys=[row.key for row in rows])
    shown = {
        "deliveries": len(found.deliveries.accounts),
        "complete": found.deliveries.all,
        "compared": len(found.compared.accounts),
        "success": _rate(found.now.total),
        "usual_success": _rate(found.usual.total),
        "drop": _drop(found.shortfall()),
        "latency": latency.percentiles(found.now.latency),
        "next": None,
        "previous": None,
        "results": [_slice(row, names) for row in rows],
    }
    return Response(ErrorsSerializer(shown).data)


def _rate(total: Tally) -> float | None:
    return total.rate if total.processed else None


def _slice(row: Row, names: Mapping[str, Name]) -> dict[str, Any]:
    name = names.get(row.key, Name())
    return {
        **name._asdict(),
        "key": name.api_name or row.key,
        "messages": row.tally.messages,
        "delivered": row.tally.delivered,
        "failed": row.tally.failed,
        "rate": row.rate,
        "share": row.share,
        "difference": row.difference,
        "worse": row.worse,
    }


def _drop(found: Shortfall | None) -> dict[str, Any] | None:
    return found and {
        "missing": round(found.missing),
        "everywhere": found.everywhere,
        "place": _blame(found.place),
        "cause": _blame(found.cause),
    }


def _blame(blamed: Blame | None) -> dict[str, Any] | None:
    if blamed is None:
        return None
    names = slice_names.of(by=blamed.dimension, keys=[blamed.key])
    key = names.get(blamed.key, Name()).api_name or blamed.key
    return {"by": blamed.dimension, "key": key, "share": blamed.share, "grew": blamed.grew}
