"""Makes deliveries with targets, and prepares them, for tests."""

import io

from django.utils import timezone

from deliveries.models import Delivery, Exclusion
from messaging.failures import Reason
from messaging.statuses import DeliveryStatus
from sending import preparation, recipients, typologies
from sending.models import Preparation, Typology
from tests import records


def delivery(**fields):
    """Make a delivery that is being edited."""
    made = {"status": DeliveryStatus.EDITING, "content": "Hello"} | fields
    return records.delivery(**made)


def take(of, text, *, mode="append", written_in="utf-8", **told):
    """Take in recipients."""
    return recipients.take(
        delivery_id=of.pk,
        stream=io.BytesIO(text.encode(written_in) if isinstance(text, str) else text),
        told=told,
        mode=mode,
        by=None,
        at=timezone.now(),
    )


def rules(name="Standard", **given):
    """Put rules in force for a typology."""
    typology = Typology.objects.filter(name=name).first()
    if typology is None:
        return typologies.create(name=name, rules=given, by=None, at=timezone.now())
    return typologies.change(typology_id=typology.pk, rules=given, by=None, at=timezone.now())


def prepare(of):
    """Prepare a delivery to the end of it; return the run."""
    row = preparation.request(delivery_id=of.pk, by=None, at=timezone.now())
    preparation.run(preparation_id=row.pk)
    return Preparation.objects.get(pk=row.pk)


def left_out(of):
    """Return whom a delivery leaves out, by line: reason and rule."""
    found = Exclusion.objects.filter(delivery=of).order_by("line")
    return {row.line: (Reason(row.reason), row.rule) for row in found}


def status(of):
    """Return how a delivery stands now."""
    return Delivery.objects.get(pk=of.pk).status
