"""Releases that clicks propose: shown to administrators, decided by them, told in the journal."""

import pytest
from django.conf import settings

from deliveries.models import AuditEvent
from messaging.statuses import AddressStatus
from quarantine import acts
from quarantine.ledger import Name
from quarantine.models import Address, Change
from tests import records
from tests.dashboard.queries import cost
from tests.records import NOON
from tracking.models import ReleaseProposal

LIST = "/quarantine/proposals/"


@pytest.fixture
def propose(db):
    def made():
        message = records.message(records.delivery())
        row = acts.add(
            name=Name("sms", message.address), status="quarantine", text="So", by=None, at=NOON
        )
        return ReleaseProposal.objects.create(
            address_id=row, message_id=message.pk, clicked_at=NOON
        )

    return made


def decide(client, proposal, decision):
    return client.post(f"{LIST}{proposal.pk}/", {"decision": decision}, follow=True)


def test_a_proposal_is_accepted_with_one_click(admin, propose):
    proposal = propose()
    assert proposal.address.address in admin.get(LIST).content.decode()

    page = decide(admin, proposal, "accept").content.decode()

    proposal.refresh_from_db()
    assert proposal.address.status == AddressStatus.VALID
    assert (proposal.state, proposal.decided_by.username) == ("accepted", "admin-person")
    assert "Nothing to decide" in page
    assert AuditEvent.objects.latest("id").code == "QRN-1001"


def test_why_it_was_released_is_kept_in_english_and_read_in_ones_own_language(admin, propose):
    proposal = propose()
    admin.cookies[settings.LANGUAGE_COOKIE_NAME] = "it"

    decide(admin, proposal, "accept")

    row = proposal.address
    change = Change.objects.filter(address=row).latest("id")
    assert change.text == "A person has clicked in a message to it."
    assert change.text in AuditEvent.objects.latest("id").text
    page = admin.get(f"/quarantine/{row.pk}/").content.decode()
    assert "Una persona ha fatto clic" in page


def test_a_proposal_is_declined_and_the_address_stays(admin, propose):
    proposal = propose()

    decide(admin, proposal, "decline")

    proposal.refresh_from_db()
    assert proposal.address.status == AddressStatus.QUARANTINE
    assert proposal.state == "declined"
    told = AuditEvent.objects.latest("id")
    assert (told.code, told.actor) == ("TRK-1003", "admin-person")
    assert proposal.address.address not in told.text


def test_the_second_to_decide_is_told_so(admin, propose):
    proposal = propose()
    decide(admin, proposal, "decline")

    assert (
        "Somebody has decided this already." in decide(admin, proposal, "accept").content.decode()
    )


def test_an_address_that_is_free_by_now_is_not_proposed(admin, propose):
    proposal = propose()
    acts.decide(
        address_ids=[proposal.address_id], status="valid", text="So", reason=0, by=None, at=NOON
    )

    assert "Nothing to decide" in admin.get(LIST).content.decode()
    page = decide(admin, proposal, "accept").content.decode()
    assert "The address is no longer quarantined." in page


def test_what_is_not_there_cannot_be_decided(admin):
    assert admin.post(f"{LIST}7/", {"decision": "accept"}).status_code == 404


@pytest.mark.parametrize("role", ["marketer", "operator"])
def test_only_administrators_decide(request, propose, role):
    client = request.getfixturevalue(role)
    proposal = propose()

    assert client.get(LIST).status_code == 403
    assert client.post(f"{LIST}{proposal.pk}/").status_code == 403
    assert Address.objects.get().status == AddressStatus.QUARANTINE


def test_one_row_costs_as_many_queries_as_three(admin, propose):
    propose()
    one = cost(admin, LIST)
    propose()
    propose()

    assert cost(admin, LIST) == one
