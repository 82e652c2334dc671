"""The kinds of provider there are: one line each."""

from functools import cache
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from providers.base import Provider

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PROVIDERS = {
    "twilio": "providers.sms.twilio.Twilio",
    "messagebird": "providers.sms.messagebird.MessageBird",
    "infobip": "providers.sms.infobip.Infobip",
    "plivo": "providers.sms.plivo.Plivo",
    "vonage": "providers.sms.vonage.Vonage",
    "sinch": "providers.sms.sinch.Sinch",
    "telnyx": "providers.sms.telnyx.Telnyx",
    "bandwidth": "providers.sms.bandwidth.Bandwidth",
    "clickatell": "providers.sms.clickatell.Clickatell",
    "africastalking": "providers.sms.africastalking.AfricasTalking",
    "mmg": "providers.sms.mmg.Mmg",
    "firetext": "providers.sms.firetext.Firetext",
    "kaleyra": "providers.sms.kaleyra.Kaleyra",
    "aws": "providers.sms.aws.Aws",
    "kannel": "providers.sms.kannel.Kannel",
    "jasmin": "providers.sms.jasmin.Jasmin",
    "smpp": "providers.sms.smpp.Smpp",
    "generic": "providers.sms.generic.Generic",
    "simulator": "providers.sms.simulator.Simulator",
}


class UnknownKind(LookupError):
    """There is no provider of that kind; the text names those there are."""


@cache
def get(kind: str) -> Provider:
    """Return the provider of a kind."""
    if kind not in PROVIDERS:
        text = _("There is no provider of kind “%(kind)s”. There are: %(known)s.")
        raise UnknownKind(text % {"kind": kind, "known": ", ".join(PROVIDERS)})
    provider: Provider = import_string(PROVIDERS[kind])()
    return provider


def choices() -> "list[tuple[str, StrOrPromise]]":
    """Return every kind with its label, in the order of the list."""
    return [(kind, get(kind).label) for kind in PROVIDERS]
