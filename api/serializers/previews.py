"""A text on a phone in JSON: what it takes, and what it will cost."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.strictness import Query
from messaging.segments import LIMITS
from sending.estimates import Estimate
from sending.examples import Example
from sending.lines import LONGEST_ADDRESS
from sending.previews import TO_LONGEST, Seen


class PreviewQuery(Query):
    """Whose phone is shown."""

    recipient = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=LONGEST_ADDRESS,
        help_text=f"A line of the target, an address, or {TO_LONGEST}; left out: the first line.",
    )


class SegmentsSerializer(serializers.Serializer[Any]):
    """How a text is cut; limit: units of a message that stands alone, remaining: in the last."""

    units = serializers.IntegerField()
    segments = serializers.IntegerField()
    remaining = serializers.IntegerField()
    limit = serializers.IntegerField()


class NationalSerializer(SegmentsSerializer):
    """What a text would take with the national tables that suit it best."""

    language = serializers.CharField()
    locking = serializers.BooleanField()
    single = serializers.BooleanField()


class ForcingSerializer(serializers.Serializer[Any]):
    """A character that forces UCS-2; position: its first, from 1.

    instead: what says the same in the GSM alphabet, empty where it can be left out, null where
    nothing does; lossless: whether a reader loses nothing by it.
    """

    character = serializers.CharField(source="sign", help_text="Empty where it has no shape.")
    code = serializers.CharField()
    name = serializers.CharField()
    position = serializers.IntegerField()
    times = serializers.IntegerField()
    instead = serializers.CharField(allow_null=True)
    lossless = serializers.BooleanField()


class PreviewRecipientSerializer(serializers.Serializer[Any]):
    """Whose phone is shown; addresses are masked for those without the right."""

    line = serializers.IntegerField()
    address = serializers.SerializerMethodField()
    reference = serializers.SerializerMethodField()

    def get_address(self, example: Example) -> str:
        """Return the address as given, as far as the caller may see it."""
        return str(self.context["viewer"].address(example))

    def get_reference(self, example: Example) -> str:
        """Return the sender's own reference, without an address that is in it."""
        return str(self.context["viewer"].recipient(example.reference))


class PreviewFieldsSerializer(serializers.Serializer[Any]):
    """Fields of the target, those of the text that it lacks, and those without a default."""

    known = serializers.ListField(child=serializers.CharField())
    unknown = serializers.ListField(child=serializers.CharField())
    empty = serializers.ListField(child=serializers.CharField(), help_text="Without a default.")


class LongestSerializer(serializers.Serializer[Any]):
    """To whom the text is longest, among so many recipients that were looked at."""

    line = serializers.IntegerField(source="example.line")
    encoding = serializers.ChoiceField(choices=sorted(LIMITS), source="measured.encoding")
    units = serializers.IntegerField(source="measured.units")
    segments = serializers.IntegerField(source="measured.segments")
    examined = serializers.IntegerField()


class MoneyField(serializers.DecimalField):
    """An amount of money, as text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=30, decimal_places=6, **kwargs)


class TotalSerializer(serializers.Serializer[Any]):
    """An amount in one currency."""

    currency = serializers.CharField()
    amount = MoneyField()


class ShareSerializer(serializers.Serializer[Any]):
    """Messages to one country, and the mean price of a segment; null where it is not known."""

    country = serializers.CharField()
    messages = serializers.IntegerField()
    price = MoneyField(source="price.amount", allow_null=True, default=None)
    currency = serializers.CharField(source="price.currency", allow_null=True, default=None)
    amount = MoneyField(allow_null=True)


class EstimateSerializer(serializers.Serializer[Any]):
    """What messages of so many segments will cost by what the account's last ones cost.

    exact: whether they are made already; unknown: those to countries whose price nobody has told.
    Where nobody is to be written to yet, messages is 0, and the shares tell the price of one.
    """

    segments = serializers.IntegerField()
    messages = serializers.IntegerField()
    exact = serializers.BooleanField()
    totals = serializers.SerializerMethodField()
    shares = ShareSerializer(many=True)
    unknown = serializers.IntegerField()

    @extend_schema_field(TotalSerializer(many=True))
    def get_totals(self, estimate: Estimate) -> list[dict[str, Any]]:
        """Return the amount in each currency; none where there is nobody yet."""
        found: dict[str, Decimal] = estimate.totals if estimate.messages else {}
        rows = [{"currency": currency, "amount": amount} for currency, amount in found.items()]
        return [dict(row) for row in TotalSerializer(rows, many=True).data]


class TextPreviewSerializer(SegmentsSerializer):
    """A text on a phone; recipient is null where it is nobody's in particular."""

    recipient = PreviewRecipientSerializer(source="example", allow_null=True)
    sender = serializers.CharField(source="preview.sender")
    text = serializers.SerializerMethodField()
    encoding = serializers.ChoiceField(choices=sorted(LIMITS), source="preview.measured.encoding")
    characters = serializers.IntegerField(source="preview.measured.characters")
    units = serializers.IntegerField(source="preview.measured.units")
    segments = serializers.IntegerField(source="preview.measured.segments")
    remaining = serializers.IntegerField(source="preview.measured.remaining")
    limit = serializers.IntegerField(source="preview.limit")
    national = NationalSerializer(source="preview.national", allow_null=True)
    forcing = ForcingSerializer(source="preview.culprits", many=True)
    target_fields = PreviewFieldsSerializer(source="*")
    longest = LongestSerializer(allow_null=True)
    estimate = EstimateSerializer(allow_null=True)

    def get_text(self, seen: Seen) -> str:
        """Return the text, without addresses that came from the target for who may not see them."""
        if seen.example is None:
            return seen.preview.text
        return str(self.context["viewer"].text(seen.preview.text, address=seen.example.address))
