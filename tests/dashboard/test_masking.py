"""A number planted everywhere is found on no page that a marketer can open."""

import json
import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from dashboard.urls import urlpatterns
from ingestion.models import HeldCallback, InboxEntry
from messaging.failures import FailureType, Reason
from messaging.statuses import MessageStatus
from providers.models import Qualification
from quarantine import thresholds
from quarantine.bulk_models import BulkAct
from quarantine.models import Address, Incident
from sending.models import AllowedAddress, Typology, Upload
from tests import records
from tests.dashboard.conftest import FRAGMENT
from tests.records import NOON
from tracking.models import Click, ReleaseProposal, TrackedUrl

CANARY = "+393471234567"
# Its last seven digits, in whatever way they are spaced or encoded.
TRACE = re.compile(r"1[^\w]{0,3}2[^\w]{0,3}3[^\w]{0,3}4[^\w]{0,3}5[^\w]{0,3}6[^\w]{0,3}7")
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
SPACED = "Call +39 347 123 4567 or 00393471234567"


@pytest.fixture
def planted(db):
    """Plant the number wherever an address can get; return the arguments of every page."""
    account = records.account(kind="twilio")
    delivery = records.delivery(account=account)
    entry = InboxEntry.objects.create(
        account=account,
        method="POST",
        query=f"to={CANARY}",
        headers=json.dumps({"x-to": CANARY}),
        body=f"To={CANARY}".encode(),
        received_at=NOON,
    )
    # Whoever qualifies an error may write what he should not.
    qualified = Qualification.objects.create(
        kind="twilio", key=f"SR twilio {SPACED}", text=SPACED, first_text=SPACED, status="keep",
        failure_type=1, reason=1, default_failure_type=1, default_reason=1,
    )  # fmt: skip
    message = records.message(
        delivery,
        address=CANARY,
        qualification_id=qualified.pk,
        recipient=CANARY,
        text=SPACED,
        provider_code="30005",
        provider_ids=(f"SM-{CANARY}", f"SM-{CANARY.removeprefix('+')}-2"),
        status=MessageStatus.FAILED,
        failure_type=FailureType.HARD,
        reason=Reason.USER_UNKNOWN,
        failed_at=NOON,
    )
    records.event(message, text=SPACED, provider_id=f"SM-{CANARY}", entry_id=entry.pk)
    records.event(message, status=MessageStatus.FAILED, qualification_id=qualified.pk)
    records.exclusion(
        delivery,
        address=CANARY,
        recipient=CANARY,
        text=SPACED,
        cause={"message_id": message.pk, "address": CANARY},
    )
    url = TrackedUrl.objects.create(
        delivery=delivery, label=SPACED, url=f"https://example.com/?to={CANARY}"
    )
    Click.objects.create(
        message=message, delivery=delivery, url=url, request_id=uuid4(), at=NOON, method="GET"
    )
    for state in HeldCallback.State.values:
        HeldCallback.objects.create(
            state=state,
            account=account,
            entry_id=entry.pk,
            provider_id=f"{state}-{CANARY}",
            error=SPACED,
            decision=SPACED,
            method="POST",
            query=f"to={CANARY}",
            body=CANARY.encode(),
            received_at=NOON,
        )
    records.reply(
        account,
        SPACED,
        address=CANARY,
        recipient=CANARY,
        message_id=message.pk,
        delivery_id=delivery.pk,
        entry_id=entry.pk,
    )
    listed = Address.objects.create(
        channel="sms", address=CANARY, status="quarantine", error_text=SPACED
    )
    listed.changes.create(at=NOON, before="valid", after="quarantine", text=SPACED)
    proposal = ReleaseProposal.objects.create(
        address=listed, message_id=message.pk, clicked_at=NOON
    )
    act = BulkAct.objects.create(action="release", state="done", text=SPACED)
    listed.facts.create(
        at=NOON, key=b"k", says=3, failure_type=0, reason=0, text=SPACED, act_id=act.pk
    )
    incident = Incident.objects.create(
        account_id=account.pk,
        state="confirmed",
        began_at=NOON,
        failing_until=NOON.replace(minute=1),
        held_from=NOON,
        watch=thresholds.in_force(),
        found_at=NOON,
        messages=1,
        failed=1,
        text=SPACED,
    )
    Upload.objects.create(
        delivery=delivery, state="failed", name=f"{CANARY}.csv", error=SPACED, made_at=NOON
    )
    upload = Upload.objects.create(delivery=delivery, state="given", name="list.csv", made_at=NOON)
    upload.pieces.create(number=0, data=f"phone,note\n{CANARY},{SPACED}\n".encode())
    allowed = AllowedAddress.objects.create(
        channel="sms", address=CANARY, text=SPACED, made_at=NOON
    )
    proof = records.delivery(account=account, proof_of=delivery, label="Proof")
    records.message(proof, address=CANARY, text=SPACED)
    return {
        "upload_id": upload.pk,
        "typology_id": Typology.objects.get().pk,
        "act_id": act.pk,
        "allowed_id": allowed.pk,
        "name": "pause",
        "qualification_id": qualified.pk,
        "delivery_id": delivery.pk,
        "message_id": message.pk,
        "entry_id": entry.pk,
        "account_id": account.pk,
        "subscription_id": 1,
        "address_id": listed.pk,
        "rule_id": 1,
        "proposal_id": proposal.pk,
        "incident_id": incident.pk,
    }


def addresses_of_pages(arguments):
    """Return the address of every page there is, new ones included."""
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        wanted = pattern.pattern.converters
        yield reverse(pattern.name, kwargs={name: arguments[name] for name in wanted})


def everything_in(response):
    """Return headers and body as one text."""
    body = b"".join(response) if response.streaming else response.content
    return repr(list(response.headers.items())) + body.decode()


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_a_marketer_finds_the_number_on_no_page(marketer, planted, headers):
    arguments = planted | {"user_id": marketer.user.pk}
    for path in addresses_of_pages(arguments):
        response = marketer.get(path, headers=headers)

        assert response.status_code < 500
        assert TRACE.findall(everything_in(response)) == [], path


@pytest.mark.parametrize("query", ["?status=failed", "?sort=address", "?search=SM-", "?cursor=x"])
def test_a_marketer_finds_the_number_by_no_filter(marketer, planted, query):
    response = marketer.get(f"/deliveries/{planted['delivery_id']}/logs/{query}")

    assert TRACE.findall(everything_in(response)) == []


def test_no_window_has_the_number_in_its_title(admin, planted):
    arguments = planted | {"user_id": admin.user.pk}
    pages = [everything_in(admin.get(path)) for path in addresses_of_pages(arguments)]

    titles = [title for page in pages for title in TITLE.findall(page)]
    assert len(titles) > 20
    assert [title for title in titles if TRACE.search(title)] == []


def test_an_operator_does_find_it(operator, planted):
    text = everything_in(operator.get(f"/messages/{planted['message_id']}/"))

    assert CANARY in text


def test_a_stranger_opens_no_page_but_the_login(planted):
    arguments = planted | {"user_id": 1}
    client = Client()
    opened = [path for path in addresses_of_pages(arguments) if client.get(path).status_code == 200]

    assert opened == ["/login/"]
