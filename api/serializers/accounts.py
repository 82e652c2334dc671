"""Provider accounts in JSON; credentials go in and never come out."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import IdField, TimeField
from api.strictness import Strict
from ingestion import accounts
from providers import registry
from providers.models import ProviderAccount
from providers.secrets import UnreadableCredentials
from sending import lanes
from sending.models.lane import MOST_A_SECOND

VERIFICATIONS = [
    ("signature", "Every callback must carry its provider's proof."),
    ("token", "The provider signs nothing: the secret callback address is the proof."),
    ("none", "Checks are turned off for this account."),
]


# What pages show to nobody but those who manage accounts; the callback address is a secret.
_OF_MANAGERS = ("credentials_set", "verification", "warning", "callback_url", "created_at")


class AccountSerializer(Strict):
    """An account; null is what pages do not show to the caller.

    context: whether the caller `manages` accounts, and `launches` deliveries.
    """

    id = IdField(read_only=True)
    name = serializers.CharField(max_length=100)
    kind = serializers.CharField(
        max_length=32, help_text=f"One of {', '.join(registry.PROVIDERS)}."
    )
    credentials = serializers.DictField(
        write_only=True,
        required=False,
        default=dict,
        help_text="By name, as the kind wants them; PATCH replaces all of them.",
    )
    messages_per_second = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MOST_A_SECOND,
        help_text="How many are handed over at most; null: as for all accounts of the kind.",
    )
    short_domain = serializers.CharField(
        max_length=270,
        required=False,
        allow_blank=True,
        help_text="Of its links, such as `https://sms.example`; empty: a path of ours.",
    )
    credentials_set = serializers.SerializerMethodField()
    verification = serializers.SerializerMethodField()
    warning = serializers.SerializerMethodField()
    callback_url = serializers.SerializerMethodField()
    created_at = TimeField(read_only=True, allow_null=True)

    def to_representation(self, account: ProviderAccount) -> dict[str, Any]:
        """Return an account as JSON, with the rate that is in force."""
        shown = dict(super().to_representation(account))
        shown["messages_per_second"] = (
            lanes.rate_of(account, getattr(account, "lane", None))
            if self.context["launches"] or self.context["manages"]
            else None
        )
        if not self.context["manages"]:
            shown.update(dict.fromkeys(_OF_MANAGERS))
        return shown

    def get_credentials_set(self, account: ProviderAccount) -> list[str] | None:
        """Return the names of the credentials that are set."""
        return sorted(_credentials(account) or {})

    @extend_schema_field(serializers.ChoiceField(choices=VERIFICATIONS, allow_null=True))
    def get_verification(self, account: ProviderAccount) -> str:
        """Return what proves a callback: `signature`, `token`, or `none` where it is turned off."""
        credentials = _credentials(account) or {}
        if credentials.get("verify") == "none":
            return "none"
        return "signature" if registry.get(account.kind).is_signed(credentials) else "token"

    def get_warning(self, account: ProviderAccount) -> str | None:
        """Return what is unsafe about the account, or keeps its callbacks out."""
        credentials = _credentials(account)
        if credentials is None:
            return _("The credentials cannot be read under this SECRET_KEY: enter them again.")
        if credentials.get("verify") == "none":
            return _("Signatures are not checked: whoever knows the callback URL is believed.")
        if registry.get(account.kind).lacks_secret(credentials):
            return _(
                "The secret that proves callbacks is missing: they are refused until it is set."
            )
        return None

    def get_callback_url(self, account: ProviderAccount) -> str | None:
        """Return the address to give to the provider."""
        return accounts.callback_url(account)


class AccountChangeSerializer(AccountSerializer):
    """What may change of an account; its kind stays."""

    kind = serializers.CharField(read_only=True)
    credentials = serializers.DictField(write_only=True, required=False)


def _credentials(account: ProviderAccount) -> dict[str, Any] | None:
    """Return the credentials; None where they cannot be read."""
    try:
        return account.credentials
    except UnreadableCredentials:
        return None
