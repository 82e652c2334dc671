"""Why a click is taken for a person's or not: the names that are kept, and what they mean."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    """What speaks against a person; kept with the click, every one that holds."""

    PREVIEW_AGENT = "preview_agent", _("names itself as a fetcher of link previews")
    PREFETCH = "prefetch", _("was loaded in advance by a browser, not opened")
    CRAWLER_AGENT = "crawler_agent", _("names itself as a crawler")
    SCANNER_AGENT = "scanner_agent", _("names itself as a security scanner")
    LIBRARY_AGENT = "library_agent", _("was asked for by a program's library")
    HEADLESS_AGENT = "headless_agent", _("comes from a browser without a screen")
    MONITOR_AGENT = "monitor_agent", _("names itself as a monitoring service")
    UNKNOWN_AGENT = "unknown_agent", _("names neither a browser nor a device")
    IMPOSSIBLE_AGENT = "impossible_agent", _("claims a browser that cannot exist")
    NO_AGENT = "no_agent", _("does not say what asks")
    HEAD_REQUEST = "head_request", _("asked for the headers only, which nobody can look at")
    DATA_CENTRE = "data_centre", _("comes from the network of a data centre")
    BEFORE_SENT = "before_sent", _("came before the message was sent")
    BEFORE_DELIVERY = "before_delivery", _("came before the phone had the message")
    TOO_SOON = "too_soon", _("came within a second of the delivery")
    ALL_LINKS = "all_links", _("all links of the message were asked for within one second")
