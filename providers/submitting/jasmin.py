"""Jasmin: one form for each message, to the HTTP API."""

import re
from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from providers.base import CredentialField
from providers.submissions import (
    BASE_URL,
    Refused,
    Reply,
    Request,
    Submitter,
    Text,
    as_form,
    base_url,
    secret,
)

SUCCESS = re.compile(r'\s*Success\s+"([^"]+)"')
ERROR = re.compile(r'\s*Error\s+"(.*)"', re.DOTALL)
# data_coding of SMPP: the default alphabet, and UCS-2.
GSM, UNICODE = "0", "8"


class Jasmin(Submitter):
    """POST /send (https://docs.jasminsms.com/en/latest/apis/http/index.html)."""

    credential_fields = (
        CredentialField("username", _("User name"), _("For sending: of the Jasmin user.")),
        CredentialField(
            "password", _("Password"), _("For sending: of the Jasmin user."), secret=True
        ),
        BASE_URL._replace(
            help_text=_("For sending: of the HTTP API, such as http://10.0.0.5:1401.")
        ),
    )
    needs = ("username", "password", "base_url")
    rate = 50

    def submission(self, message: Text) -> Request:
        """Hand a message over; what GSM cannot write goes as UTF-16 in hexadecimal."""
        content = (
            {"coding": UNICODE, "hex-content": message.text.encode("utf-16-be").hex()}
            if message.unicode
            else {"coding": GSM, "content": message.text}
        )
        said = {
            "username": str(self.credentials.get("username", "")),
            "password": secret(self.credentials, "password"),
            "to": message.digits,
            "from": message.sender,
            **content,
            "validity-period": str(max(message.seconds // 60, 1)),
            "dlr": "yes",
            "dlr-level": "3",
            "dlr-method": "POST",
            "dlr-url": message.callback_url,
        }
        return as_form(f"{base_url(self.credentials)}/send", said, {})

    def ids(self, reply: Reply, message: Text) -> tuple[str, ...]:  # noqa: ARG002 (other kinds)
        """Read the id between the quotes of a success."""
        found = SUCCESS.match(reply.text())
        return (found[1],) if found else ()

    def refusal(self, reply: Reply) -> Refused:
        """Read the text between the quotes of an error: there are no codes."""
        found = ERROR.match(reply.text())
        return Refused("", found[1] if found else reply.text())

    def is_to_be_repeated(self, reply: Reply, said: Refused) -> bool:
        """Tell a user who is too fast, which Jasmin says with a 403."""
        too_fast = reply.status == HTTPStatus.FORBIDDEN and "throughput" in said.text.lower()
        return too_fast or super().is_to_be_repeated(reply, said)

    def is_about_account(self, reply: Reply, said: Refused) -> bool:
        """Tell a wrong user from a message that a filter of the user refused."""
        if reply.status == HTTPStatus.FORBIDDEN:
            return said.text.lower().startswith(("authentication", "cannot charge"))
        return super().is_about_account(reply, said)
