"""The naive way, as a yardstick: a task per callback, a transaction of the ORM per task."""

from typing import Any

from celery import shared_task
from django.db import transaction
from django.db.models import Case, F, When
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import APIView

from deliveries import merge
from deliveries.models import Counter, Delivery, MessageEvent, ProviderReference
from deliveries.models.message import Message
from messaging.failures import FailureType, Reason
from messaging.statuses import MessageStatus
from providers import registry
from providers.base import BadSignature, Callback
from providers.models import ProviderAccount
from providers.sms.twilio import CODES, STATUSES

FIGURE = "naive"


class Receive(APIView):
    """Checks the signature and leaves the rest to a task; the answer is no promise."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Any, token: str) -> Response:
        """Take one callback."""
        account = get_object_or_404(ProviderAccount, token=token)
        http: HttpRequest = request._request  # noqa: SLF001 (the raw bytes are what is signed)
        callback = Callback(
            method="POST",
            url=http.build_absolute_uri(),
            headers=http.headers,
            body=http.body,
            received_at=timezone.now(),
        )
        try:
            registry.get(account.kind).verify(callback, account.credentials)
        except BadSignature:
            return Response(status=status.HTTP_403_FORBIDDEN)
        apply_callback.delay(account_id=account.pk, fields=http.POST.dict())
        return Response(status=status.HTTP_204_NO_CONTENT)


@shared_task
def apply_callback(*, account_id: int, fields: dict[str, str]) -> None:
    """Apply one callback in one transaction."""
    word, code = fields["MessageStatus"], fields.get("ErrorCode", "")
    now = timezone.now()
    with transaction.atomic():
        reference = ProviderReference.objects.get(
            account_id=account_id, provider_id=fields["MessageSid"]
        )
        message = Message.objects.select_for_update().get(pk=reference.message_id)
        said = STATUSES[word]
        failure = CODES[code].failure if code else None
        digest = merge.digest(
            provider_id=reference.provider_id, status=said, code=code, text=word, stated_at=None
        )
        _event, new = MessageEvent.objects.get_or_create(
            message_id=message.pk,
            digest=digest,
            defaults={
                "provider_id": reference.provider_id,
                "status": said,
                "failure_type": failure.failure_type if failure else FailureType.UNDEFINED,
                "reason": failure.reason if failure else Reason.UNDEFINED,
                "provider_code": code,
                "text": word,
                "received_at": now,
                "moved": said > message.status,
            },
        )
        if not new or said <= message.status:
            return
        before, message.status, message.changed_at = message.status, said, now
        if failure:
            message.failure_type, message.reason = failure.failure_type, failure.reason
        message.provider_code, message.text = code, word
        message.save()
        moved = Case(When(key=str(int(said)), then=1), default=-1)
        Counter.objects.filter(
            delivery_id=message.delivery_id,
            figure=FIGURE,
            key__in=[str(int(before)), str(int(said))],
        ).update(value=F("value") + moved)


def prepare(delivery: Delivery) -> None:
    """Make the counter rows of a delivery."""
    Counter.objects.bulk_create(
        Counter(delivery=delivery, figure=FIGURE, key=str(int(status)), value=0)
        for status in MessageStatus
    )
