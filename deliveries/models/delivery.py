"""A delivery: one content, sent to many."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from messaging.channels import Channel
from messaging.statuses import DeliveryStatus
from providers.models import ProviderAccount
from storage.ids import NextId

DEFAULT_VALIDITY = timedelta(hours=72)

# What can still change by itself: its pages ask for news.
LIVE = (DeliveryStatus.IN_PROGRESS, DeliveryStatus.SCHEDULED, DeliveryStatus.PAUSED)
# Before these its content may be changed; after, it is a record.
STARTED = (
    DeliveryStatus.IN_PROGRESS,
    DeliveryStatus.PAUSED,
    DeliveryStatus.FINISHED,
    DeliveryStatus.CANCELLED,
    DeliveryStatus.FAILED,
)


class NextCode(Func):
    """The next delivery number, from its own sequence."""

    template = "nextval('delivery_code_sequence')"
    output_field = models.BigIntegerField()


class Delivery(models.Model):
    """What was to be sent, by whom, through which account, and how far it has come."""

    id = models.BigIntegerField(primary_key=True, db_default=NextId(), editable=False)
    label = models.CharField(_("label"), max_length=200)
    code = models.CharField(
        _("delivery code"),
        max_length=24,
        unique=True,
        editable=False,
        db_default=Concat(Value("DM"), Cast(NextCode(), models.TextField())),
    )
    channel = models.CharField(
        _("channel"), max_length=8, choices=Channel.choices, default=Channel.SMS
    )
    folder = models.CharField(_("folder"), max_length=200, blank=True)
    account = models.ForeignKey(
        ProviderAccount, verbose_name=_("routing"), on_delete=models.PROTECT, related_name="+"
    )
    sender = models.CharField(_("sender"), max_length=64, blank=True)
    content = models.TextField(_("content"), blank=True, max_length=10_000)
    typology = models.CharField(_("typology"), max_length=100, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=DeliveryStatus.choices, default=DeliveryStatus.EDITING
    )
    contact_date = models.DateTimeField(_("contact date"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    # Moves with every registration, so that validity is counted from the last message.
    last_registered_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    # Set when retention has dropped its rows: its counters stay as they are.
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    validity = models.DurationField(_("validity"), default=DEFAULT_VALIDITY)
    # The delivery whose content it tries out; a proof is in no list, and counts in no average.
    proof_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="proofs"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    modified_at = models.DateTimeField(_("last modified"), auto_now=True)

    class Meta:
        """The list sorts by contact date; closing looks for what is in progress."""

        indexes = [
            models.Index(fields=["contact_date", "id"], name="deliveries_by_contact_date"),
            models.Index(fields=["status", "id"], name="deliveries_by_status"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(label=""), name="a_delivery_has_a_label"),
            models.CheckConstraint(
                condition=Q(validity__gt=timedelta(0)), name="a_validity_is_positive"
            ),
        ]
        permissions = [
            ("view_addresses", "Can read recipients' addresses in full"),
            ("launch_delivery", "Can create, launch and register deliveries"),
        ]

    @property
    def validity_ends_at(self) -> datetime | None:
        """Return when waiting for receipts ends; None while nothing was registered."""
        return self.last_registered_at and self.last_registered_at + self.validity

    @property
    def is_live(self) -> bool:
        """Tell whether its figures can still move by themselves."""
        return self.status in LIVE

    @property
    def is_started(self) -> bool:
        """Tell whether its content is a record by now."""
        return self.status in STARTED
