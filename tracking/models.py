"""Links in texts, and clicks on them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from deliveries.models import Delivery, Message
from storage.ids import NextId


class TrackedUrl(models.Model):
    """One URL of a delivery's content."""

    class Mode(models.TextChoices):
        """How clicks on it are treated."""

        TRACKED = "tracked", _("Tracked")
        NOT_TRACKED = "not_tracked", _("Not tracked")
        ALWAYS = "always", _("Always")
        NEVER = "never", _("Never")
        OPT_OUT = "opt_out", _("Opt-out")

    id = models.BigIntegerField(primary_key=True, db_default=NextId(), editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE)
    label = models.CharField(_("label"), max_length=200)
    category = models.CharField(_("category"), max_length=100, blank=True)
    mode = models.CharField(_("mode"), max_length=12, choices=Mode.choices, default=Mode.TRACKED)
    url = models.TextField(_("source URL"))


class Link(models.Model):
    """The short form of a URL in one message."""

    partition_column = "message_id"
    partition_step = "month"
    partition_family = "message"

    pk = models.CompositePrimaryKey("message_id", "id")
    id = models.BigIntegerField(db_default=NextId(), editable=False)
    message = models.ForeignKey(
        Message, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    url = models.ForeignKey(
        TrackedUrl, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    # Not unique here: a key across partitions must hold the message id; its maker checks it.
    token = models.CharField(max_length=16)

    class Meta:
        """The redirect asks by token."""

        indexes = [models.Index(fields=["token"], name="links_by_token")]


class Click(models.Model):
    """One request for a link, by a person or not."""

    class Verdict(models.TextChoices):
        """Who is thought to have clicked."""

        UNJUDGED = "unjudged", _("Not judged yet")
        HUMAN = "human", _("Human")
        BOT = "bot", _("Robot")
        PREVIEW = "preview", _("Link preview")

    partition_column = "message_id"
    partition_step = "month"
    partition_family = "message"

    pk = models.CompositePrimaryKey("message_id", "id")
    id = models.BigIntegerField(db_default=NextId(), editable=False)
    message = models.ForeignKey(
        Message, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    delivery = models.ForeignKey(
        Delivery, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    url = models.ForeignKey(
        TrackedUrl, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    # Names the request, so that a click loaded twice from the spool is kept once.
    request_id = models.UUIDField()
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    user_agent = models.CharField(max_length=500, blank=True)
    # Truncated before it is written: /24 for IPv4, /48 for IPv6.
    network = models.CharField(max_length=43, blank=True)
    verdict = models.CharField(max_length=8, choices=Verdict.choices, default=Verdict.UNJUDGED)
    reasons = models.JSONField(default=list)

    class Meta:
        """Read by delivery, newest first."""

        indexes = [models.Index(fields=["delivery", "-at", "-id"], name="clicks_by_delivery")]
        constraints = [
            models.UniqueConstraint(fields=["message", "request_id"], name="a_click_is_kept_once"),
        ]
