"""Rule sets that decide who of a target is written to; each version is a row and stays."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from messaging.channels import Channel


def new_salt() -> str:
    """Return what makes the control group of a typology its own."""
    return secrets.token_hex(16)


class Typology(models.Model):
    """A named rule set; deliveries name it, so its name never changes."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)

    class Meta:
        """Made and edited by admins."""

        permissions = [("manage_typologies", "Can make and change typologies")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="a_typology_has_a_name"),
        ]

    def __str__(self) -> str:
        """Return its name."""
        return self.name


class TypologyVersion(models.Model):
    """The rules of a typology from one change to the next; never changed."""

    typology = models.ForeignKey(Typology, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    # As sending.ruleset reads and writes them.
    rules = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        """Versions are counted within their typology."""

        constraints = [
            models.UniqueConstraint(
                fields=["typology", "version"], name="a_version_stands_once_in_its_typology"
            ),
        ]


class AllowedAddress(models.Model):
    """An address that is written to although it is in quarantine: its errors are ignored."""

    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=320)
    text = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        """An address stands once on each channel."""

        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address"], name="an_address_is_allowed_once_per_channel"
            ),
        ]
