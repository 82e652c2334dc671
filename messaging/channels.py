"""The channels a delivery can go out on."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """SMS and e-mail share the quarantine; each has its own order of statuses."""

    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")
