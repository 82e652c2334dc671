"""How well it is known that messages were delivered: in a sentence, a bar, and for one message."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboard.reconciliation import Part, placed
from dashboard.templatetags.numbers import count
from deliveries import figures
from deliveries.models import Message, MessageEvent
from messaging.channels import Channel
from messaging.country_names import name_of
from messaging.evidence import proven
from messaging.statuses import Evidence, MessageStatus, evidence_name
from providers import registry

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Grade(NamedTuple):
    """What a grade is called, and what it does and does not prove."""

    label: "StrOrPromise"
    meaning: "StrOrPromise"


GRADES = {
    Evidence.CLICKED: Grade(
        gettext_lazy("Proven by a click"),
        gettext_lazy("A person has opened a link of the message."),
    ),
    Evidence.HANDSET: Grade(
        gettext_lazy("Confirmed by the handset"),
        gettext_lazy("The phone itself has told its network that it received the message."),
    ),
    Evidence.CARRIER: Grade(
        gettext_lazy("Confirmed by the carrier"),
        gettext_lazy(
            "The recipient's carrier has reported it as delivered. "
            "Whether the phone confirmed it, nobody says."
        ),
    ),
    Evidence.PROVIDER: Grade(
        gettext_lazy("Accepted by the provider"),
        gettext_lazy("The provider calls it delivered, and does not say who confirmed that."),
    ),
    Evidence.NONE: Grade(
        gettext_lazy("Not told"),
        gettext_lazy("The report says nothing about who stands behind it."),
    ),
}
MAIL_SERVER = Grade(
    evidence_name(Evidence.CARRIER, Channel.EMAIL),
    gettext_lazy("The recipient's mail server has taken it. Whether it was read, nobody says."),
)
_SAID: dict[Evidence, Callable[[int], str]] = {
    Evidence.CLICKED: lambda number: ngettext(
        "%(number)s is proven by a click", "%(number)s are proven by a click", number
    ),
    Evidence.HANDSET: lambda number: ngettext(
        "%(number)s is confirmed by the handset",
        "%(number)s are confirmed by the handset",
        number,
    ),
    Evidence.CARRIER: lambda number: ngettext(
        "%(number)s by the carrier", "%(number)s by the carrier", number
    ),
    Evidence.PROVIDER: lambda number: ngettext(
        "%(number)s only accepted by the provider",
        "%(number)s only accepted by the provider",
        number,
    ),
    Evidence.NONE: lambda number: ngettext(
        "%(number)s not told by whom", "%(number)s not told by whom", number
    ),
}


def _said_by_mail_server(number: int) -> str:
    return ngettext("%(number)s by the mail server", "%(number)s by the mail server", number)


@dataclass(frozen=True, slots=True)
class Proof:
    """The delivered messages of a delivery by grade, the strongest first."""

    total: int
    sentence: str
    parts: list[tuple[Part, "StrOrPromise"]]


def of_delivery(*, delivery_id: int, channel: str) -> Proof:
    """Return how well a delivery's successes are known, with one query."""
    counted = figures.evidence(delivery_id=delivery_id)
    grades = _grades(channel)
    parts = placed(
        [Part(grade.api_name, "", grades[grade].label, number, "") for grade, number in counted]
    )
    meanings = [grades[grade].meaning for grade, _number in counted]
    return Proof(
        total=sum(number for _grade, number in counted),
        sentence=_sentence(counted, channel),
        parts=list(zip(parts, meanings, strict=True)),
    )


def _grades(channel: str) -> dict[Evidence, Grade]:
    return GRADES | ({Evidence.CARRIER: MAIL_SERVER} if channel == Channel.EMAIL else {})


def _sentence(counted: Sequence[figures.EvidenceCount], channel: str) -> str:
    total = sum(number for _grade, number in counted)
    own = {Evidence.CARRIER: _said_by_mail_server} if channel == Channel.EMAIL else {}
    words = _SAID | own
    said = ", ".join(words[grade](number) % {"number": count(number)} for grade, number in counted)
    return _("Of %(total)s delivered, %(said)s.") % {"total": count(total), "said": said}


def why(message: Message, events: Sequence[MessageEvent]) -> list["StrOrPromise"]:
    """Say what the grade of a delivered message means, and who decided it."""
    if message.status != MessageStatus.DELIVERED:
        return []
    said = [_grades(message.channel)[Evidence(message.evidence)].meaning]
    stated = max([event.evidence for event in events], default=Evidence.NONE)
    if proven(stated, country=message.country) != stated:
        said.append(
            _(
                "%(provider)s names the handset, but there (%(country)s) carriers' receipts "
                "do not prove it."
            )
            % {"provider": _provider(message), "country": name_of(message.country)}
        )
    return said


def _provider(message: Message) -> str:
    try:
        return str(registry.get(message.delivery.account.kind).label)
    except registry.UnknownKind:
        return message.delivery.account.kind
