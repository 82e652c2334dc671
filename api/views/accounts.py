"""Provider accounts: making them, changing them."""

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
from storage import keyset

MANAGE = "providers.manage_accounts"


def _shown(request: Request) -> dict[str, bool]:
    return {"manages": request.user.has_perm(MANAGE)}


class AccountsView(View):
    """All accounts."""

    rights = {"POST": MANAGE}

    @extend_schema(
        operation_id="accounts_list",
        parameters=[Paged],
        responses=paging.listed(AccountSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the accounts, newest first."""
        place, _ = Paged.split(request)
        page = keyset.page(ProviderAccount.objects.all(), order=("-id",), **place)
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
        account = accounts.create(**given.validated_data, **acting(request))
        shown = AccountSerializer(account, context=_shown(request))
        return Response(shown.data, status=status.HTTP_201_CREATED)


class AccountView(View):
    """One account."""

    rights = {"PATCH": MANAGE}

    @extend_schema(operation_id="accounts_retrieve", responses=AccountSerializer)
    def get(self, request: Request, account_id: int) -> Response:
        """Show an account."""
        account = get_object_or_404(ProviderAccount, pk=account_id)
        return Response(AccountSerializer(account, context=_shown(request)).data)

    @extend_schema(
        operation_id="accounts_change",
        request=AccountChangeSerializer,
        responses=AccountSerializer,
    )
    def patch(self, request: Request, account_id: int) -> Response:
        """Change the name, or replace the credentials."""
        given = AccountChangeSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        account = accounts.change(account_id=account_id, **given.validated_data, **acting(request))
        return Response(AccountSerializer(account, context=_shown(request)).data)
