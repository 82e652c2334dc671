"""Kannel: one GET for each message; it gives no id, so ours stands in the dlr-url."""

from http import HTTPStatus
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from providers.base import CredentialField, Credentials
from providers.submissions import (
    BASE_URL,
    Refused,
    Reply,
    Request,
    Submitter,
    Text,
    base_url,
    secret,
)

# Everything that dlr-mask can ask for: delivered, not delivered, queued, handed on, rejected.
ALL_REPORTS = "31"
GSM, UNICODE = "0", "2"
# Kannel's own words in the place of our names, as its user guide lists them.
NAMED = {"status": "%d", "reply": "%A", "time": "%T", "address": "%P"}
USUAL = {"status": "status", "reply": "smsc_reply", "time": "ts", "address": "to"}


class Kannel(Submitter):
    """GET /cgi-bin/sendsms of an smsbox."""

    credential_fields = (
        CredentialField("username", _("User name"), _("For sending: of the sendsms-user.")),
        CredentialField(
            "password", _("Password"), _("For sending: of the sendsms-user."), secret=True
        ),
        BASE_URL._replace(
            help_text=_("For sending: of the smsbox, such as http://10.0.0.5:13013.")
        ),
    )
    needs = ("username", "password", "base_url")
    # "Temporal failure, try again later." (user guide, "Sendsms CGI responses")
    again = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
    rate = 50

    def submission(self, message: Text) -> Request:
        """Hand a message over, with a dlr-url under the names that the account has."""
        said = {
            "username": str(self.credentials.get("username", "")),
            "password": secret(self.credentials, "password"),
            "from": message.sender,
            "to": message.address,
            "text": message.text,
            "charset": "UTF-8",
            "coding": UNICODE if message.unicode else GSM,
            "validity": str(max(message.seconds // 60, 1)),
            "dlr-mask": ALL_REPORTS,
            "dlr-url": _dlr_url(message, self.credentials),
        }
        return Request(
            f"{base_url(self.credentials)}/cgi-bin/sendsms?{urlencode(said)}", {}, b"", "GET"
        )

    def ids(self, reply: Reply, message: Text) -> tuple[str, ...]:
        """Return our own reference, where Kannel says that it took or queued the message."""
        is_taken = reply.text().lstrip().startswith(("0:", "3:"))
        return (message.reference,) if is_taken else ()

    def refusal(self, reply: Reply) -> Refused:
        """Return what it says: there are no codes."""
        return Refused("", reply.text())

    def is_about_account(self, reply: Reply, said: Refused) -> bool:
        """Tell a wrong user from a number without a route, which is a 404."""
        is_unroutable = reply.status == HTTPStatus.NOT_FOUND and "routable" in said.text.lower()
        return not is_unroutable and super().is_about_account(reply, said)


def _dlr_url(message: Text, credentials: Credentials) -> str:
    """Return the callback URL with Kannel's escapes, which must not be escaped themselves."""
    names = {"id": credentials.get("id_key") or "id"}
    names |= {name: credentials.get(f"{name}_key") or usual for name, usual in USUAL.items()}
    pairs = [f"{names['id']}={message.reference}"]
    pairs += [f"{names[name]}={escape}" for name, escape in NAMED.items()]
    joint = "&" if "?" in message.callback_url else "?"
    return f"{message.callback_url}{joint}{'&'.join(pairs)}"
