"""The simulator: takes messages at our own server, which lets reports on them come."""

import json

from providers import signing
from providers.submissions import (
    BASE_URL,
    JSON,
    Refused,
    Reply,
    Request,
    Submitter,
    Text,
    base_url,
    secret,
    word,
)

PATH = "/simulator/messages/"
HEADER = "X-Simulator-Signature"


class Simulator(Submitter):
    """POST to ourselves, signed as its callbacks are."""

    credential_fields = (BASE_URL,)
    needs = ("secret",)
    rate = 500

    def submission(self, message: Text) -> Request:
        """Hand a message over."""
        said = {
            "to": message.address,
            "from": message.sender,
            "text": message.text,
            "reference": message.reference,
            "callback_url": message.callback_url,
        }
        body = json.dumps(said).encode()
        proof = signing.hmac_hex(
            body, key=secret(self.credentials, "secret").encode(), digest="sha256"
        )
        headers = {"Content-Type": JSON, HEADER: proof.decode()}
        return Request(f"{base_url(self.credentials)}{PATH}", headers, body)

    def ids(self, reply: Reply, message: Text) -> tuple[str, ...]:  # noqa: ARG002 (other kinds)
        """Read the id."""
        return (word(reply.fields().get("id")),)

    def refusal(self, reply: Reply) -> Refused:
        """Read code and text."""
        found = reply.fields()
        return Refused(word(found.get("code")), word(found.get("text")))
