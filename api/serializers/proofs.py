"""Proofs of a delivery, in JSON."""

from typing import Any

from rest_framework import serializers

from api import fields
from api.fields import IdField, TimeField
from api.strictness import Strict
from deliveries.models import Message
from messaging.statuses import DeliveryStatus
from sending.proofs import MOST, Proof


class ProofRequestSerializer(Strict):
    """To which numbers a proof goes, and as which recipient would get it."""

    addresses = serializers.ListField(
        child=serializers.CharField(max_length=320),
        allow_empty=False,
        max_length=MOST,
    )
    recipient = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2_000_000_000,
        help_text="A line of the target, whose fields fill the text in; left out: the first.",
    )


class ProofMessageSerializer(serializers.Serializer[Any]):
    """A message of a proof; addresses are masked for those without the right."""

    id = IdField()
    address = serializers.SerializerMethodField()
    status = fields.status()
    failure_type = fields.failure_type()
    reason = fields.failure_reason()
    changed_at = TimeField()

    def get_address(self, message: Message) -> str:
        """Return the address, as far as the caller may see it."""
        return str(self.context["viewer"].address(message))


class ProofSerializer(serializers.Serializer[Any]):
    """A proof: a delivery of its own, with its messages."""

    id = IdField(source="delivery.id")
    code = serializers.CharField(source="delivery.code")
    status = serializers.ChoiceField(source="delivery.status", choices=DeliveryStatus.choices)
    made_at = TimeField(source="delivery.started_at")
    made_by = serializers.SerializerMethodField()
    messages = ProofMessageSerializer(many=True)

    def get_made_by(self, proof: Proof) -> str:
        """Return who has sent it."""
        by = proof.delivery.created_by
        return by.get_username() if by else ""
