"""Any provider over HTTP: its address and the names of its fields come from the account."""

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from providers import paths, tables
from providers.base import CredentialField
from providers.submissions import (
    ADDRESS,
    WHOLE_ADDRESS,
    Refused,
    Reply,
    Request,
    Submitter,
    Text,
    as_form,
    as_json,
    secret,
    word,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

USUAL_FIELDS = {
    "to": "to",
    "from": "from",
    "text": "text",
    "reference": "reference",
    "callback": "callback_url",
}
HEADER = re.compile(r"[A-Za-z0-9_-]+")
BY_FORM, BY_JSON = "form", "json"
OWN_REFERENCE = "-"


class Generic(Submitter):
    """POST of a form or of JSON."""

    credential_fields = (
        CredentialField(
            "send_url", _("Address to send to"), _("For sending: where one message is posted.")
        ),
        CredentialField("send_as", _("Body to send"), _("For sending: json (default) or form.")),
        CredentialField(
            "send_fields",
            _("Names of the fields"),
            _(
                "For sending: what they are called there, such as to=recipient, text=body; of "
                "to, from, text, reference and callback. Default: callback=callback_url, the "
                "others as here."
            ),
            table=True,
        ),
        CredentialField(
            "send_header", _("Header with the key"), _("For sending. Default: Authorization.")
        ),
        CredentialField(
            "send_key",
            _("Key"),
            _("For sending: the whole value of that header, such as Bearer abc."),
            secret=True,
        ),
        CredentialField(
            "send_id",
            _("Path of the id in the answer"),
            _("For sending. Default: id. With - our own reference is the id."),
        ),
        CredentialField(
            "send_code", _("Path of the error code in the answer"), _("For sending. Default: code.")
        ),
    )
    needs = ("send_url",)

    def submission(self, message: Text) -> Request:
        """Hand a message over under the account's names."""
        names = USUAL_FIELDS | tables.read(self.credentials.get("send_fields"))
        values = {
            "to": message.address,
            "from": message.sender,
            "text": message.text,
            "reference": message.reference,
            "callback": message.callback_url,
        }
        said = {names[name]: value for name, value in values.items()}
        key = secret(self.credentials, "send_key")
        headers = {str(self.credentials.get("send_header") or "Authorization"): key} if key else {}
        write = as_form if self.credentials.get("send_as") == BY_FORM else as_json
        return write(str(self.credentials.get("send_url", "")), said, headers)

    def ids(self, reply: Reply, message: Text) -> tuple[str, ...]:
        """Read the id where the account says that it stands, or take our own reference for it."""
        path = self.credentials.get("send_id") or "id"
        if path == OWN_REFERENCE:
            return (message.reference,)
        return (word(paths.at(reply.json(), path)),)

    def refusal(self, reply: Reply) -> Refused:
        """Read the code where the account says that it stands; the text is the whole answer."""
        code = paths.at(reply.json(), self.credentials.get("send_code") or "code")
        return Refused(word(code), reply.text())

    def faults(self) -> "dict[str, StrOrPromise]":
        """Return what is wrong with how the account says that messages are sent."""
        found: dict[str, StrOrPromise] = {}
        url, header = (
            str(self.credentials.get(name) or "") for name in ("send_url", "send_header")
        )
        if url and not ADDRESS.fullmatch(url):
            found["send_url"] = WHOLE_ADDRESS
        if self.credentials.get("send_as", "") not in ("", BY_JSON, BY_FORM):
            found["send_as"] = _("Give json or form.")
        if not set(tables.read(self.credentials.get("send_fields"))) <= set(USUAL_FIELDS):
            found["send_fields"] = _("There are to, from, text, reference and callback.")
        if header and not HEADER.fullmatch(header):
            found["send_header"] = _("Give the name of the header, such as X-API-Key.")
        return found
