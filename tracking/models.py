"""Links in texts, and clicks on them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import MD5
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deliveries.models import Delivery, Message
from providers.models import ProviderAccount
from quarantine.models import Address
from storage.ids import NextId

LONGEST_HOST = 253


class ShortDomain(models.Model):
    """The domain of an account's short links, where it has one of its own."""

    account = models.OneToOneField(
        ProviderAccount, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    # As it is written into texts: with its scheme, or without to save characters.
    address = models.CharField(_("short domain"), max_length=LONGEST_HOST + 20)
    # As requests name it: lower case, no port, international names encoded.
    host = models.CharField(max_length=LONGEST_HOST)

    def __str__(self) -> str:
        """Return it as texts show it."""
        return self.address


class LinkTerms(models.Model):
    """How long the links of one delivery work, where it says so itself."""

    delivery = models.OneToOneField(
        Delivery, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    days = models.PositiveSmallIntegerField(_("days that links work"))


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


class RememberedUrl(models.Model):
    """A URL that is always or never tracked, whatever delivery it appears in."""

    url = models.TextField(_("source URL"))
    label = models.CharField(_("label"), max_length=200)
    category = models.CharField(_("category"), max_length=100, blank=True)
    mode = models.CharField(_("mode"), max_length=12, choices=TrackedUrl.Mode.choices)
    modified_at = models.DateTimeField(auto_now=True)

    class Meta:
        """A URL may be longer than a key of an index may be."""

        constraints = [
            models.UniqueConstraint(MD5("url"), name="a_url_is_remembered_once"),
            models.CheckConstraint(
                condition=models.Q(mode__in=("always", "never")),
                name="always_or_never_is_remembered",
            ),
        ]


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
    # Not unique here, since a key across partitions must hold the message id; tracking.tokens
    # makes none twice.
    token = models.CharField(max_length=16)
    # Where it leads, for a URL with personal fields; empty where that is the same for everybody.
    destination = models.TextField(default="", db_default="", blank=True)

    class Meta:
        """The redirect asks by token and month of the message."""

        indexes = [models.Index(fields=["token", "message"], name="links_by_token")]


class Click(models.Model):
    """One request for a link, by a person or not."""

    class Verdict(models.TextChoices):
        """Who is thought to have clicked."""

        UNJUDGED = "unjudged", _("Not judged yet")
        HUMAN = "human", _("Human")
        BOT = "bot", _("Robot")
        PREVIEW = "preview", _("Link preview")

    class Device(models.TextChoices):
        """What it was made with."""

        PHONE = "phone", _("Phone")
        TABLET = "tablet", _("Tablet")
        COMPUTER = "computer", _("Computer")
        TV = "tv", _("Television")

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
    # What else tells a person from a robot: tracking.arrivals says which ones.
    headers = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    verdict = models.CharField(max_length=8, choices=Verdict.choices, default=Verdict.UNJUDGED)
    # What speaks against a person (tracking.reasons), and by which version of the rules; 0: none.
    reasons = models.JSONField(default=list)
    rules = models.PositiveSmallIntegerField(default=0, db_default=0)
    device = models.CharField(max_length=8, choices=Device.choices, blank=True, db_default="")
    system = models.CharField(max_length=16, blank=True, db_default="")
    country = models.CharField(max_length=2, blank=True, db_default="")
    # Erased: what it was judged by is gone, so that the verdict stays.
    settled = models.BooleanField(default=False, db_default=False)

    class Meta:
        """Read by delivery, newest first, of any verdict or of one; the worker looks for new ones.

        A message's own are found by the unique key.
        """

        indexes = [
            models.Index(fields=["delivery", "-at", "-id"], name="clicks_by_delivery"),
            models.Index(fields=["delivery", "verdict", "-at", "-id"], name="clicks_by_verdict"),
            models.Index(
                fields=["message", "at"],
                condition=models.Q(verdict="unjudged"),
                name="clicks_to_judge",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message", "request_id"], name="a_click_is_kept_once"),
        ]


class MessageToJudge(models.Model):
    """A message of whose clicks something became known that may change their verdicts."""

    id = models.BigAutoField(primary_key=True)
    message_id = models.BigIntegerField()


class MessageToProve(models.Model):
    """A message whose clicks by people are others than the record was told of."""

    id = models.BigAutoField(primary_key=True)
    message_id = models.BigIntegerField()


class Wish(models.Model):
    """Somebody opted out by a link whose message is not registered yet."""

    id = models.BigAutoField(primary_key=True)
    message_id = models.BigIntegerField()
    token = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        """Pressed twice it is one."""

        constraints = [
            models.UniqueConstraint(fields=["message_id", "token"], name="a_wish_is_kept_once"),
        ]


class AddressToPropose(models.Model):
    """An address in quarantine of whose record or clicks something became known."""

    id = models.BigAutoField(primary_key=True)
    address_id = models.BigIntegerField()


class Rejudgement(models.Model):
    """The work of judging all clicks again; a batch moves the cursor in its own transaction."""

    class State(models.TextChoices):
        """Whether there is more to do."""

        OPEN = "open", _("Running")
        DONE = "done", _("Done")

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    rules = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    # The last message whose clicks were judged.
    cursor = models.BigIntegerField(default=0)
    examined = models.BigIntegerField(default=0)
    moved = models.BigIntegerField(default=0)

    class Meta:
        """Two at once would do the same twice."""

        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state="open"),
                name="clicks_are_judged_again_by_one_at_a_time",
            ),
        ]


class ReleaseProposal(models.Model):
    """A person clicked in a message to a quarantined address: somebody may want to release it."""

    class State(models.TextChoices):
        """What was decided."""

        OPEN = "open", pgettext_lazy("proposal", "Open")
        ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted")
        DECLINED = "declined", pgettext_lazy("proposal", "Declined")

    id = models.BigIntegerField(primary_key=True, db_default=NextId(), editable=False)
    address = models.ForeignKey(Address, on_delete=models.CASCADE, db_index=False)
    message_id = models.BigIntegerField()
    clicked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        """What was declined is not proposed again by the same message."""

        indexes = [
            models.Index(
                fields=["-id"], condition=models.Q(state="open"), name="proposals_to_decide"
            ),
            models.Index(fields=["message_id"], name="proposals_of_a_message"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["address", "message_id"], name="a_message_proposes_a_release_once"
            ),
        ]
