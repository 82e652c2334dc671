"""Proofs: a content as it stands, sent to a few chosen numbers before it goes to anybody else.

A proof is a delivery of its own: made, prepared and started at once, and handed over like any.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils.translation import gettext as _

from deliveries import journal
from deliveries.models import Delivery, Message
from messaging import personal
from messaging.failures import Reason
from messaging.numbers import Quality
from messaging.statuses import DeliveryStatus, stands
from sending import beginning, launch, preparation, preparing, targeting, typologies, writing
from sending.beginning import NotAllowed
from sending.cases import Case
from sending.lines import LONGEST_ADDRESS
from sending.models import Recipient, Upload
from storage import keyset
from storage.keyset import Page
from tracking import links, urls

MOST = 10
OPEN = (DeliveryStatus.EDITING, DeliveryStatus.READY)


class BadProof(Exception):
    """What was given makes no proof; `errors` says why, by the name of the field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


class Proof(NamedTuple):
    """A proof and its messages; none any more where retention has dropped them."""

    delivery: Delivery
    messages: list[Message]


def are_possible(delivery: Delivery) -> bool:
    """Tell whether proofs can be made of a delivery as it stands."""
    return delivery.status in OPEN and delivery.archived_at is None


@transaction.atomic
def send(
    *,
    delivery_id: int,
    addresses: Sequence[str],
    line: int | None = None,
    by: AbstractBaseUser | None,
    at: datetime,
) -> Proof:
    """Send the content of a delivery to some numbers, as the recipient of a line would get it.

    line: of the target, None for its first.  All numbers or, raising BadProof, none.  Raises
    NotAllowed, NotPreparable and UnknownTypology where the delivery cannot be sent.
    """
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    if not are_possible(delivery):
        raise NotAllowed(
            _("%(stands)s: proofs are sent while it is edited or ready.")
            % {"stands": stands(delivery.status)}
        )
    beginning.refuse_unless_sendable(delivery)
    preparation.refuse_unwritable(delivery.content)
    if not 1 <= len(addresses) <= MOST:
        raise BadProof({"addresses": _("Give from 1 to %(most)d numbers.") % {"most": MOST}})
    version = typologies.of_delivery(delivery)
    fields = _fields(delivery, line)
    proof = _made(delivery, by=by)
    _choose(proof, addresses, fields, by=by, at=at)
    case = preparing.case_of(proof, version, at=at)
    targeting.read(case, told=_nobody)
    _refuse_bad(case)
    plan = links.plan(delivery_id=proof.pk)
    preparing.count(proof, writing.write(proof, plan, told=_nobody, at=at), Counter())
    # They are somebody else's, who may want to be forgotten.
    Recipient.objects.filter(delivery_id=proof.pk).update(fields={})
    text = f"Proof {proof.code} sent: {len(addresses)} messages."
    journal.write(delivery=delivery, code="DEL-1011", text=text, by=by, at=at)
    text = f"Delivery created as a proof of {delivery.code}."
    journal.write(delivery=proof, code="DEL-1001", text=text, by=by, at=at)
    return _with_messages([launch.start(delivery_id=proof.pk, by=by, at=at)])[0]


def _fields(delivery: Delivery, line: int | None) -> Mapping[str, Any]:
    """Return what the text is filled in with: fields of the text only."""
    target = Recipient.objects.filter(delivery_id=delivery.pk).order_by("line")
    chosen = target.filter(line=line).first() if line is not None else target.first()
    if line is not None and chosen is None:
        raise BadProof({"recipient": _("The target has no such line.")})
    known = chosen.fields if chosen else {}
    for name in personal.without_default(delivery.content):
        if not str(known.get(name) or "").strip():
            text = _(
                "The text needs the field {{%(name)s}}, which this recipient has not: choose "
                "another one, or write what stands in for it, such as {{%(name)s|friend}}."
            )
            raise BadProof({"recipient": text % {"name": name}})
    return {name: known[name] for name in personal.names(delivery.content) if name in known}


def _made(delivery: Delivery, *, by: AbstractBaseUser | None) -> Delivery:
    label = _("Proof of %(label)s") % {"label": delivery.label}
    proof = Delivery.objects.create(
        label=label[: Delivery._meta.get_field("label").max_length],
        channel=delivery.channel,
        account_id=delivery.account_id,
        sender=delivery.sender,
        content=delivery.content,
        typology=delivery.typology,
        validity=delivery.validity,
        status=DeliveryStatus.READY,
        proof_of=delivery,
        created_by_id=by.pk if by else None,
    )
    proof.refresh_from_db()
    urls.adopt(delivery_id=proof.pk, model_id=delivery.pk)
    return proof


def _choose(
    proof: Delivery,
    addresses: Sequence[str],
    fields: Mapping[str, Any],
    *,
    by: AbstractBaseUser | None,
    at: datetime,
) -> None:
    """Make the numbers the target, in the place of a file."""
    Recipient.objects.bulk_create(
        Recipient(
            delivery_id=proof.pk,
            line=place,
            address=address.strip()[:LONGEST_ADDRESS],
            fields=dict(fields),
        )
        for place, address in enumerate(addresses, start=1)
    )
    Upload.objects.create(
        delivery=proof,
        state=Upload.State.DONE,
        received=len(addresses),
        made_at=at,
        made_by_id=by.pk if by else None,
        ended_at=at,
    )


def _refuse_bad(case: Case) -> None:
    """Raise BadProof where a number of `target` must not, or cannot, be written to.

    Only what holds for whatever message: neither pressure nor control group nor filters.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line, quality, blocked, min(line) OVER (PARTITION BY address) "
            "FROM target ORDER BY line"
        )
        judged = [
            (line, _fault(Quality(quality), blocked, is_double=first < line, case=case))
            for line, quality, blocked, first in cursor.fetchall()
        ]
    faults = [fault % {"place": line} for line, fault in judged if fault]
    if faults:
        raise BadProof({"addresses": " ".join(faults)})


def _fault(quality: Quality, blocked: int, *, is_double: bool, case: Case) -> str:
    """Return what is wrong with a number, empty where nothing is."""
    if quality in (Quality.MISSING, Quality.INVALID):
        return _("Number %(place)d is not a valid one: write it with its country code.")
    if quality == Quality.NOT_MOBILE and case.ruleset.mobile_only:
        return _("Number %(place)d is not one of a mobile phone.")
    if is_double:
        return _("Number %(place)d is there twice: leave it out.")
    if blocked == Reason.DENYLISTED:
        return _("Number %(place)d is denylisted: who has it wants to receive nothing more.")
    if blocked == Reason.QUARANTINED:
        return _("Number %(place)d is in quarantine: release it first, or take another.")
    return ""


def _nobody(_done: int) -> None:
    """Tell nobody how far it has come."""


def page(*, delivery_id: int, cursor: str | None, size: int) -> Page[Proof]:
    """Return the proofs of a delivery with their messages, newest first; two queries."""
    made = Delivery.objects.filter(proof_of_id=delivery_id).select_related("created_by")
    found = keyset.page(made, order=("-id",), cursor=cursor, size=size)
    return found.having(_with_messages(found.rows))


def _with_messages(deliveries: Sequence[Delivery]) -> list[Proof]:
    messages: dict[int, list[Message]] = {delivery.pk: [] for delivery in deliveries}
    oldest = min(messages, default=0)
    sent = Message.objects.filter(delivery_id__in=list(messages), id__gte=oldest)
    for message in sent.order_by("id"):
        messages[message.delivery_id].append(message)
    return [Proof(delivery, messages[delivery.pk]) for delivery in deliveries]
