"""A provider that does not exist: tests change its table, and make it say what breaks."""

from collections.abc import Iterator

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import MessageStatus
from providers import forms, moments
from providers.base import BadPayload, Callback, Credentials, UnsignedProvider

KIND = "fiction"
PATH = "tests.ingestion.fiction.Fiction"
TABLE = {
    "sent": (MessageStatus.SENT, None),
    "done": (MessageStatus.DELIVERED, None),
    "lost": (MessageStatus.FAILED, FailureClass.UNDEFINED),
    "left": (MessageStatus.FAILED, FailureClass.OPTED_OUT),
}


class Fiction(UnsignedProvider):
    """One JSON object per callback; `word` stands in TABLE."""

    slug = KIND
    label = "Fiction"

    def reports(self, callback: Callback, credentials: Credentials) -> Iterator[Report]:
        """Say what the body says, or break as it asks for."""
        said = forms.json_object(callback)
        word = said.get("word", "")
        if word == "fault":
            raise RuntimeError(f"cannot read {said['address']}")
        if word == "reply":
            yield InboundReport(
                said.get("id", ""),
                said["address"],
                said["text"],
                recipient=said.get("to", ""),
                occurred_at=moments.iso(said.get("at")),
                keyword=said.get("keyword", "STOP"),
            )
            return
        for provider_id in said["id"] if isinstance(said["id"], list) else [said["id"]]:
            status, failure = TABLE.get(word, (None, None))
            yield StatusReport(
                provider_id,
                status,
                code=said.get("code", word),
                text=said.get("text", ""),
                occurred_at=moments.iso(said.get("at")),
                failure=failure,
            )
        if said.get("rest") == "bad":
            raise BadPayload("rest: cannot be read")
