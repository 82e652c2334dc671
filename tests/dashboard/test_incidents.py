"""Incidents on the pages: told, decided on in one click, and looked for as somebody wants."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from dashboard import incident_lines
from deliveries import incidents
from deliveries.models import AuditEvent
from messaging.failures import FailureType, Reason
from quarantine import thresholds
from quarantine.models import Address, Fact, Incident
from tests import records
from tests.dashboard.conftest import FRAGMENT
from tests.dashboard.queries import cost

pytestmark = pytest.mark.django_db
PATH = "/quarantine/incidents/"
# Long ago, so that its day is told whatever the clock of the machine says.
NOON = records.NOON.replace(year=2025)
LATER = timezone.now() + timedelta(days=1)


@pytest.fixture
def account():
    return records.account(name="Example")


def incident(account, **fields):
    made = {
        "account_id": account.pk,
        "began_at": NOON,
        "failing_until": NOON.replace(minute=20),
        "held_from": NOON,
        "messages": 20_310,
        "failed": 19_500,
        "usual": 0.02,
        "watch": thresholds.in_force(),
        "found_at": NOON,
        "settled": True,
    }
    return Incident.objects.create(**made | fields)


def told(row):
    (line,) = incident_lines.of(incidents.named([row]))
    return f"{line.place}: {line.story} {line.effect}"


def test_an_incident_is_told_in_a_sentence(account):
    row = incident(account, country="IT", network="22210")

    since = date_format(timezone.localtime(NOON), "j M Y, H:i")
    assert told(row) == (
        "Network 222 10 (Italy) at Example: 96 % of 20,310 messages failed since "
        f"{since}, usually 2 %. Its errors are held: nobody is quarantined by them."
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Example: "),
        ({"country": "IT"}, "Italy at Example: "),
        ({"country": "IT", "prefix": "+39347"}, "+39347 (Italy) at Example: "),
        ({"prefix": "example.org"}, "example.org at Example: "),
        ({"usual": None}, "nobody knows yet what is usual there."),
        ({"held_until": NOON}, " to "),
        ({"state": "confirmed"}, "its errors are void"),
        ({"state": "dismissed"}, "its errors count"),
        ({"state": "withdrawn"}, "More messages arrived"),
        ({"messages": 0, "failed": 0}, "0 %"),
    ],
)
def test_a_sentence_says_where_and_what_holds(account, fields, said):
    assert said in told(incident(account, **fields))


def test_a_moment_of_today_is_told_by_its_hour(account):
    told_now = told(incident(account, began_at=timezone.now(), failing_until=LATER))

    assert f"since {timezone.localtime():%H:}" in told_now


def test_admins_see_it_wherever_they_begin(admin, account):
    incident(account)

    page = admin.get("/deliveries/").content.decode()

    assert "96 % of 20,310 messages failed" in page
    assert "incidents to decide on:" in page


def test_marketers_see_the_list_and_no_button(marketer, account):
    incident(account)

    assert "96 %" not in marketer.get("/deliveries/").content.decode()
    page = marketer.get(PATH).content.decode()
    assert "96 % of 20,310" in page
    assert "Confirm" not in page


def test_the_list_says_that_there_is_none(admin):
    assert "No incident" in admin.get(PATH).content.decode()


def test_the_list_asks_again_while_something_moves(admin, account):
    row = incident(account)
    assert 'hx-trigger="every 5s"' in admin.get(PATH, headers=FRAGMENT).content.decode()

    Incident.objects.filter(pk=row.pk).update(held_until=NOON)
    assert "hx-trigger" not in admin.get(PATH, headers=FRAGMENT).content.decode()


def test_the_list_costs_the_same_queries_however_many_there_are(admin, account):
    incident(account, country="IT")
    one = cost(admin, PATH)
    incident(account, country="FR")
    incident(records.account(), country="DE")

    assert cost(admin, PATH) == one


def test_one_click_confirms_and_another_dismisses(admin, account):
    row = incident(account)

    answer = admin.post(f"{PATH}{row.pk}/confirm/", follow=True)
    assert "Its errors stay void" in answer.content.decode()
    answer = admin.post(f"{PATH}{row.pk}/dismiss/", follow=True)
    assert "Its errors count" in answer.content.decode()

    row.refresh_from_db()
    assert (row.state, row.settled) == ("dismissed", False)
    again = admin.post(f"{PATH}{row.pk}/dismiss/", follow=True)
    assert "so already" in again.content.decode()


def test_marketers_decide_nothing(marketer, account):
    row = incident(account)

    assert marketer.post(f"{PATH}{row.pk}/confirm/").status_code == 403
    assert marketer.get(f"{PATH}limits/").status_code == 403


def test_an_admin_says_when_it_is_an_incident(admin):
    page = admin.get(f"{PATH}limits/").content.decode()
    assert 'value="200"' in page
    said = {"least_messages": 300, "least_percent": 60, "times_usual": 4, "new_percent": 70}

    admin.post(f"{PATH}limits/", said | {"quiet_minutes": 5})

    assert thresholds.wanted(thresholds.in_force()) == (False, 300, 60, 4, 70, 5)
    assert AuditEvent.objects.latest("id").code == "QRN-1035"
    assert "Nobody watches" in admin.get(PATH).content.decode()
    again = admin.post(f"{PATH}limits/", said | {"quiet_minutes": 5}, follow=True)
    assert "Nothing has changed" in again.content.decode()
    assert admin.post(f"{PATH}limits/", {"least_messages": 0}).status_code == 200


def test_a_delivery_and_an_address_tell_that_errors_are_held(admin, account):
    delivery = records.delivery(account=account, contact_date=NOON)
    row = incident(account)
    address = Address.objects.create(channel="sms", address="+393331112233", status="valid")
    Fact.objects.create(
        address=address,
        at=NOON,
        key=b"k" * 16,
        says=Fact.Says.FAILED,
        failure_type=FailureType.HARD,
        reason=Reason.USER_UNKNOWN,
        message_id=1,
        delivery_id=delivery.pk,
        incident=row,
    )

    assert "96 % of 20,310" in admin.get(f"/deliveries/{delivery.pk}/").content.decode()
    story = admin.get(f"/quarantine/{address.pk}/").content.decode()
    assert f"held as incident {row.pk}" in story
