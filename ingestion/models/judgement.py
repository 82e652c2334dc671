"""What was said of an error, when, by whom, and how far history has been judged by it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureType, Reason
from providers.models import Qualification
from storage.ids import NextId


class Judgement(models.Model):
    """One change of a qualification, and how far history has been judged by it.

    Its id tells which events were written before it, and which after.
    """

    class State(models.TextChoices):
        """Whether there is history left to judge."""

        OPEN = "open", _("Under way")
        DONE = "done", _("Done")

    id = models.BigIntegerField(primary_key=True, db_default=NextId(), editable=False)
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, db_index=False)
    at = models.DateTimeField(_("time"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # Set where this takes another one back.
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="undone_by"
    )
    before_status = models.CharField(max_length=12, choices=Qualification.Status.choices)
    before_failure_type = models.SmallIntegerField(choices=FailureType.choices)
    before_reason = models.SmallIntegerField(choices=Reason.choices)
    before_text = models.CharField(max_length=500, blank=True)
    after_status = models.CharField(max_length=12, choices=Qualification.Status.choices)
    after_failure_type = models.SmallIntegerField(choices=FailureType.choices)
    after_reason = models.SmallIntegerField(choices=Reason.choices)
    after_text = models.CharField(max_length=500, blank=True)
    judges_history = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    # The last message that was judged; the next batch begins after it.
    cursor = models.BigIntegerField(default=0)
    examined = models.BigIntegerField(default=0)
    moved = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Read by qualification, latest first; history is judged by one change at a time."""

        indexes = [
            models.Index(fields=["qualification", "-id"], name="judgements_of_a_qualification"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["qualification"],
                condition=models.Q(state="open"),
                name="history_is_judged_by_one_change_at_a_time",
            ),
        ]
