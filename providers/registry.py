"""The kinds of provider there are: one line each."""

import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from messaging.channels import Channel
from providers import submitting
from providers.base import Credentials, Provider
from providers.submissions import Submitter

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
    "amazon_ses": "providers.email.amazon_ses.AmazonSes",
    "brevo": "providers.email.brevo.Brevo",
    "mailersend": "providers.email.mailersend.MailerSend",
    "mailgun": "providers.email.mailgun.Mailgun",
    "mailjet": "providers.email.mailjet.Mailjet",
    "mailtrap": "providers.email.mailtrap.Mailtrap",
    "mandrill": "providers.email.mandrill.Mandrill",
    "postal": "providers.email.postal.Postal",
    "postmark": "providers.email.postmark.Postmark",
    "resend": "providers.email.resend.Resend",
    "sendgrid": "providers.email.sendgrid.SendGrid",
    "sparkpost": "providers.email.sparkpost.SparkPost",
    "unisender_go": "providers.email.unisender_go.UnisenderGo",
    "simulator": "providers.sms.simulator.Simulator",
}


# The kinds with a file of their own under `providers/submitting`.
_SENDING = frozenset(module.name for module in pkgutil.iter_modules(submitting.__path__))


class CannotSend(Exception):
    """Nothing can be handed over through the account; the text, for people, says why."""


class UnknownKind(LookupError):
    """There is no provider of that kind; the text names those there are."""


@cache
def get(kind: str) -> Provider:
    """Return the provider of a kind."""
    if kind not in PROVIDERS:
        text = _("There is no provider of kind “%(kind)s”. There are: %(known)s.")
        raise UnknownKind(text % {"kind": kind, "known": ", ".join(PROVIDERS)})
    provider: Provider = import_string(PROVIDERS[kind])()
    if sends(kind):
        class_name = PROVIDERS[kind].rpartition(".")[2]
        provider.submitter = import_string(f"{submitting.__name__}.{kind}.{class_name}")
    return provider


def channel(kind: str) -> Channel:
    """Return the channel that accounts of a kind send on; of kinds that are gone, SMS."""
    return get(kind).channel if kind in PROVIDERS else Channel.SMS


def sends(kind: str) -> bool:
    """Tell whether accounts of a kind can be handed messages: there is a file that says how."""
    return kind in _SENDING


def submitter(kind: str, credentials: Credentials) -> Submitter:
    """Return what hands messages over for an account; raise CannotSend where nothing can."""
    made = get(kind).submitter
    if made is None:
        raise CannotSend(_("Messages cannot be sent through this kind of account."))
    found = made(credentials)
    if missing := found.missing():
        text = _("The account cannot send before it has %(names)s: see its settings.")
        raise CannotSend(text % {"names": ", ".join(missing)})
    return found


def by_channel() -> "list[tuple[StrOrPromise, list[tuple[str, StrOrPromise]]]]":
    """Return the channels by their labels, each with its kinds as `choices` has them."""
    return [
        (one.label, [choice for choice in choices() if channel(choice[0]) == one])
        for one in Channel
    ]


def choices() -> "list[tuple[str, StrOrPromise]]":
    """Return every kind with its label, in the order of the list."""
    return [(kind, get(kind).label) for kind in PROVIDERS]
