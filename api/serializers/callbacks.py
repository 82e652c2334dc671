"""Callbacks that were set aside, and what is decided about them, in JSON."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import FAILURE_TYPES, MESSAGE_STATUSES, REASONS, IdField, TimeField
from api.paging import Paged
from api.strictness import Strict
from ingestion.models import HeldCallback
from ingestion.moves import Move
from messaging.failures import FailureType, Reason
from messaging.statuses import MessageStatus

MOST_ENTRIES = 10_000


class CallbackSerializer(serializers.Serializer[Any]):
    """A callback that waits for its message (parked), could not be applied (dead), or was given up.

    orphan: parked for so long that its message will hardly be registered any more.
    """

    id = IdField()
    state = serializers.ChoiceField(choices=HeldCallback.State.choices)
    orphan = serializers.SerializerMethodField()
    account = IdField(source="account_id")
    entry = IdField(source="entry_id")
    method = serializers.CharField()
    provider_message_id = serializers.SerializerMethodField()
    received_at = TimeField()
    attempts = serializers.IntegerField()
    error = serializers.SerializerMethodField()
    decided_at = TimeField(allow_null=True)
    decided_by = serializers.SerializerMethodField()
    decision = serializers.CharField()

    def get_orphan(self, held: HeldCallback) -> bool:
        """Tell whether it has waited longer than a message takes to be registered."""
        limit = timezone.now() - timedelta(hours=settings.PARKED_HOURS)
        return held.state == HeldCallback.State.PARKED and held.received_at < limit

    def get_provider_message_id(self, held: HeldCallback) -> str:
        """Return the id it waits for; nobody knows yet whether it is an address."""
        return str(self.context["viewer"].recipient(held.provider_id))

    def get_error(self, held: HeldCallback) -> str:
        """Return why it could not be applied; empty for a parked one."""
        return str(self.context["viewer"].text(held.error))

    def get_decided_by(self, held: HeldCallback) -> str | None:
        """Return who gave it up."""
        return held.decided_by.get_username() if held.decided_by else None


class CallbacksQuery(Paged):
    """Which callbacks."""

    state = serializers.ChoiceField(choices=HeldCallback.State.choices, required=False)


class DiscardSerializer(Strict):
    """Why a callback is of no use."""

    reason = serializers.CharField(max_length=500)


class RetriedSerializer(serializers.Serializer[Any]):
    """How many callbacks are being applied again."""

    retried = serializers.IntegerField()


class DiscardedSerializer(serializers.Serializer[Any]):
    """How many callbacks were given up."""

    discarded = serializers.IntegerField()


class ReplayFilterSerializer(Strict):
    """Which stored callbacks; without anything, all that are kept."""

    account = IdField(source="account_id", required=False)
    since = TimeField(required=False)
    until = TimeField(required=False)
    entry_ids = serializers.ListField(
        child=IdField(), required=False, allow_empty=False, max_length=MOST_ENTRIES
    )


class ReplaySerializer(Strict):
    """A replay; without `"dry_run": false` it only tells what would move."""

    filter = ReplayFilterSerializer()
    dry_run = serializers.BooleanField(default=True)


class StateSerializer(serializers.Serializer[Any]):
    """How a message stands."""

    status = serializers.ChoiceField(choices=MESSAGE_STATUSES)
    failure_type = serializers.ChoiceField(choices=FAILURE_TYPES, allow_null=True)
    reason = serializers.ChoiceField(choices=REASONS, allow_null=True)


class MoveSerializer(serializers.Serializer[Any]):
    """One message that stands differently afterwards."""

    message = IdField(source="message_id")
    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()

    @extend_schema_field(StateSerializer)
    def get_before(self, move: Move) -> dict[str, str | None]:
        """Return how it stood."""
        return _state(move.before)

    @extend_schema_field(StateSerializer)
    def get_after(self, move: Move) -> dict[str, str | None]:
        """Return how it stands."""
        return _state(move.after)


class ReplayedSerializer(serializers.Serializer[Any]):
    """What a replay changed, or would change."""

    dry_run = serializers.SerializerMethodField()
    entries = serializers.IntegerField()
    events = serializers.IntegerField()
    messages = serializers.IntegerField()
    moved = serializers.IntegerField()
    deliveries = serializers.IntegerField()
    addresses = serializers.IntegerField()
    dead = serializers.IntegerField()
    sample = MoveSerializer(many=True)

    def get_dry_run(self, _replayed: object) -> bool:
        """Tell whether nothing was written."""
        return bool(self.context["dry_run"])


def _state(state: tuple[int, int, int]) -> dict[str, str | None]:
    status, failure_type, reason = state
    failed = status == MessageStatus.FAILED
    return {
        "status": MessageStatus(status).api_name,
        "failure_type": FailureType(failure_type).api_name if failed else None,
        "reason": Reason(reason).api_name if failed else None,
    }
