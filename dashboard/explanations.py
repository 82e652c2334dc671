"""Why an event did not move its message: the plain words beside every line of a timeline."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from deliveries.merge import Outcome, Said, fold
from deliveries.models import MessageEvent
from messaging.failures import Reason
from messaging.statuses import MessageStatus

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def why_still(events: Sequence[MessageEvent], *, channel: str) -> list[str]:
    """Return, for events in the order of their arrival, why each did not move the status.

    Empty for those that did.  The past is told from the events themselves: what stood before an
    event is the fold of all that had arrived by then.
    """
    reasons = []
    arrived: list[Said] = []
    for event in events:
        before = fold(arrived, channel=channel)
        reasons.append("" if event.moved else _reason(event, before, arrived))
        arrived.append(_said(event))
    return reasons


def _reason(event: MessageEvent, before: Outcome | None, arrived: Sequence[Said]) -> str:
    if event.status is None:
        return _of_a_note(event)
    if before is None:
        return _before_any_other(event)
    if _contradicts(event, before):
        return _(
            "Contradiction: reported both as failed and as received. “%(status)s” stands, "
            "and the message is marked."
        ) % {"status": _label(before.status)}
    if event.status < before.status:
        return _("The status was already “%(status)s”, which is further on.") % {
            "status": _label(before.status)
        }
    if event.status > before.status:
        return _of_several(event, before.status)
    return _of_equals(event, before, arrived)


def _before_any_other(event: MessageEvent) -> str:
    if event.status in (MessageStatus.PENDING, MessageStatus.ACCEPTED):
        return _("The message was already known to be with the provider.")
    return _of_several(event, MessageStatus.ACCEPTED)


def _of_a_note(event: MessageEvent) -> str:
    if event.reason == Reason.DENYLISTED:
        return _("The recipient wants no more: the address is denylisted, the message stays.")
    return _("The provider's word says nothing about the outcome, so it is kept as a note.")


def _contradicts(event: MessageEvent, before: Outcome) -> bool:
    both = {event.status, before.status}
    return both == {MessageStatus.FAILED, MessageStatus.DELIVERED} and event.parts == 1


def _of_several(event: MessageEvent, standing: int) -> str:
    """Explain a higher status that moved nothing: something beside it decides."""
    if event.parts > 1:
        return _(
            "The message has %(parts)s parts and the worst of them decides: “%(status)s” stands."
        ) % {"parts": event.parts, "status": _label(standing)}
    return _("It was applied together with a report that says more.")


def _of_equals(event: MessageEvent, before: Outcome, arrived: Sequence[Said]) -> str:
    if event.status != MessageStatus.FAILED:
        return _("The status was already “%(status)s”.") % {"status": _label(before.status)}
    if event.reason == Reason.UNDEFINED and before.reason != Reason.UNDEFINED:
        return _("A failure with a known reason (%(reason)s) stands over one without.") % {
            "reason": Reason(before.reason).label
        }
    if event.stated_at and any(
        said.stated_at and said.stated_at > event.stated_at
        for said in arrived
        if said.status == MessageStatus.FAILED
    ):
        return _("Another failure, which the provider dates later, stands.")
    return _("The message had already failed; what was known of it stands.")


def _label(status: int) -> "StrOrPromise":
    return MessageStatus(status).label


def _said(event: MessageEvent) -> Said:
    return Said(
        digest=bytes(event.digest),
        part=event.part,
        parts=event.parts,
        attempt=event.attempt,
        status=event.status,
        failure_type=event.failure_type,
        reason=event.reason,
        qualification_id=event.qualification_id,
        evidence=event.evidence,
        code=event.provider_code,
        text=event.text,
        segments=event.segments,
        price=event.price,
        currency=event.currency,
        network=event.network,
        stated_at=event.stated_at,
        at=event.occurred_at or event.received_at,
    )
