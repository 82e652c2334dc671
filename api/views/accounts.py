"""Provider accounts: making them, changing them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging
from api.paging import Paged
from api.serializers.accounts import AccountChangeSerializer, AccountSerializer
from api.view import View, acting
from ingestion import accounts
from providers.models import ProviderAccount
from sending import lanes
from storage import keyset
from tracking import domains

MANAGE = "providers.manage_accounts"
LAUNCH = "deliveries.launch_delivery"


@transaction.atomic
def _saved(
    save: Callable[..., ProviderAccount], request: Request, fields: dict[str, Any]
) -> ProviderAccount:
    """Save an account and how fast it sends, both or none."""
    name = "messages_per_second"
    account = save(**{key: fields[key] for key in fields if key != name}, **acting(request))
    if name in fields:
        lanes.limit(account=account, rate=fields[name], **acting(request))
    return _accounts().get(pk=account.pk)


def _accounts() -> "QuerySet[ProviderAccount]":
    return domains.told(ProviderAccount.objects.select_related("lane"))


def _shown(request: Request) -> dict[str, bool]:
    return {"manages": request.user.has_perm(MANAGE), "launches": request.user.has_perm(LAUNCH)}


class AccountsView(View):
    """All accounts."""

    rights = {"POST": MANAGE}

    @extend_schema(
        operation_id="accounts_list",
        parameters=[Paged],
        responses=paging.listed(AccountSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the accounts, newest first; to who does not manage them, what pages show."""
        place, _ = Paged.split(request)
        page = keyset.page(_accounts(), order=("-id",), **place)
        return paging.answer(request, page, AccountSerializer, **_shown(request))

    @extend_schema(
        operation_id="accounts_create",
        request=AccountSerializer,
        responses={201: AccountSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make an account; the answer holds the address to give to the provider."""
        given = AccountSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        account = _saved(accounts.create, request, given.validated_data)
        shown = AccountSerializer(account, context=_shown(request))
        return Response(shown.data, status=status.HTTP_201_CREATED)


class AccountView(View):
    """One account."""

    rights = {"PATCH": MANAGE}

    @extend_schema(operation_id="accounts_retrieve", responses=AccountSerializer)
    def get(self, request: Request, account_id: int) -> Response:
        """Show an account."""
        account = get_object_or_404(_accounts(), pk=account_id)
        return Response(AccountSerializer(account, context=_shown(request)).data)

    @extend_schema(
        operation_id="accounts_change",
        request=AccountChangeSerializer,
        responses=AccountSerializer,
    )
    def patch(self, request: Request, account_id: int) -> Response:
        """Change name, rate or the domain of links, or replace the credentials."""
        given = AccountChangeSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        change = partial(accounts.change, account_id=account_id)
        account = _saved(change, request, given.validated_data)
        return Response(AccountSerializer(account, context=_shown(request)).data)
