"""Provider accounts, and what each provider's codes mean to us."""

import secrets as randomness
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureType, Reason
from providers import secrets


def new_token() -> str:
    """Return 256 random bits for a callback URL."""
    return randomness.token_urlsafe(32)


class ProviderAccount(models.Model):
    """One account at one provider; its token is the last part of its callback URL."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=32)
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    sealed_credentials = models.TextField(default="", blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        """Rights over accounts, over what came in for them, and over what their codes mean."""

        permissions = [
            ("manage_accounts", "Can add and change provider accounts and users"),
            ("handle_callbacks", "Can retry, discard and replay callbacks"),
            ("qualify_errors", "Can say what a provider's code means"),
        ]

    def __str__(self) -> str:
        """Return the name, as people see it."""
        return self.name

    @property
    def credentials(self) -> dict[str, Any]:
        """Decrypt the credentials; they are never shown, logged or sent back."""
        return secrets.unseal(self.sealed_credentials) if self.sealed_credentials else {}

    @credentials.setter
    def credentials(self, credentials: dict[str, Any]) -> None:
        self.sealed_credentials = secrets.seal(credentials)


class Qualification(models.Model):
    """What a normalised error text of one kind of provider means.

    There is one for each class in which the provider's own table sorts the text, so that it is
    always known what the table says.  How often it struck is counted by deliveries.counters.ERROR.
    """

    class Status(models.TextChoices):
        """Whether somebody has looked at the error."""

        TO_QUALIFY = "to_qualify", _("To qualify")
        KEEP = "keep", _("Keep")
        IGNORE = "ignore", _("Ignore")

    kind = models.CharField(_("provider"), max_length=32)
    key = models.CharField(_("key"), max_length=255)
    text = models.CharField(_("text"), max_length=500, blank=True)
    first_text = models.CharField(_("first text"), max_length=500, blank=True)
    # As the provider writes it; empty where only the text tells.
    code = models.CharField(max_length=64, blank=True)
    default_failure_type = models.SmallIntegerField(choices=FailureType.choices)
    default_reason = models.SmallIntegerField(choices=Reason.choices)
    # What is in force for whatever comes from now on.
    failure_type = models.SmallIntegerField(_("failure type"), choices=FailureType.choices)
    reason = models.SmallIntegerField(_("reason"), choices=Reason.choices)
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.TO_QUALIFY
    )
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)

    class Meta:
        """A provider's key is qualified once per class; those that wait are found by status."""

        indexes = [
            models.Index(fields=["status", "-id"], name="qualifications_by_status"),
            models.Index(fields=["kind", "-id"], name="qualifications_by_kind"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key", "default_failure_type", "default_reason"],
                name="one_qualification_per_kind_key_and_class",
            ),
            models.CheckConstraint(
                condition=Q(status="to_qualify") | ~Q(failure_type=FailureType.UNDEFINED),
                name="a_qualified_error_has_a_failure_type",
            ),
            models.CheckConstraint(
                condition=~Q(status="to_qualify")
                | Q(failure_type=F("default_failure_type"), reason=F("default_reason")),
                name="an_error_to_qualify_is_what_its_table_says",
            ),
            models.CheckConstraint(
                condition=~Q(status="ignore") | Q(failure_type=FailureType.IGNORED),
                name="an_ignored_error_has_the_type_ignored",
            ),
        ]
