"""Reports of errors: of a delivery and of a period, cut one way at a time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deliveries import baseline
from messaging.failures import Reason
from messaging.statuses import DeliveryStatus
from providers.models import Qualification
from tests import records
from tests.dashboard.conftest import FRAGMENT
from tests.dashboard.queries import cost
from tests.deliveries import outcomes
from tests.deliveries.test_slice_names import qualification

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = timezone.now()


@pytest.fixture
def account(db):
    return records.account(name="Main")


@pytest.fixture
def delivery(account):
    """A delivery that fell in one prefix with one code, and one before it that did not."""
    before = outcomes.delivery(account=account, contact_date=NOW - DAY * 40)
    made = outcomes.delivery(account=account, contact_date=NOW - DAY)
    for prefix in ("+39333", "+39347"):
        outcomes.count(before, prefix=prefix, delivered=930, failed=70)
    outcomes.count(made, prefix="+39333", delivered=465, failed=35)
    outcomes.count(made, prefix="+39347", delivered=250, failed=35)
    outcomes.count(
        made,
        prefix="+39347",
        failed=215,
        qualification_id=qualification().pk,
        reason=Reason.REFUSED,
    )
    return made


def reports(client, delivery, query=""):
    return client.get(f"/deliveries/{delivery.pk}/reports/{query}").content.decode()


def words(html):
    return " ".join(html.split())


SENTENCE = (
    "Success is 71.5 % of processed, 21.5 points under this account&#x27;s usual 93 %: "
    "99 % of the missing deliveries are in +39347 (Italy); "
    "99 % of the additional failures have code 30003 “Handset out of reach”."
)


def test_a_report_tells_what_changed_in_one_sentence(marketer, delivery):
    said = words(reports(marketer, delivery))

    assert SENTENCE.replace("99 %", "100 %") in said
    assert "Compared with 1 finished delivery" in said


def test_the_summary_tells_it_too(marketer, delivery):
    said = words(marketer.get(f"/deliveries/{delivery.pk}/").content.decode())

    assert "Success is 71.5 % of processed, 21.5 points under" in said


def test_a_delivery_like_those_before_it_is_told_calmly(marketer, account):
    for day in (1, 2):
        made = outcomes.delivery(account=account, contact_date=NOW - DAY * day)
        outcomes.count(made, delivered=930, failed=70)

    newest = account.pk and made.__class__.objects.order_by("-contact_date").first()

    assert "No significant drop." in reports(marketer, newest)


def test_a_first_delivery_has_nothing_to_compare_with(marketer, account):
    made = outcomes.delivery(account=account)
    outcomes.count(made, delivered=5, failed=5)

    assert "There is nothing to compare with yet" in words(reports(marketer, made))


def test_a_rate_that_rose_by_more_than_chance_is_marked(marketer, delivery):
    html = words(reports(marketer, delivery, "?by=prefix"))

    assert html.count('<strong class="tone tone--failed"') == 1


def test_a_delivery_of_which_nothing_is_known_says_so(marketer, account):
    said = words(reports(marketer, outcomes.delivery(account=account)))

    assert "No message has a known end yet." in said
    assert "Nothing to show yet" in said
    assert "No message has arrived yet" in said


def test_no_failures_are_said_plainly(marketer, account):
    made = outcomes.delivery(account=account)
    outcomes.count(made, delivered=5)

    assert "No message has failed" in reports(marketer, made)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("reason", ("Refused", "215", "21.5 %", "+21.5")),
        ("code", ("30003", "Handset out of reach", "Cause and next step")),
        ("country", ("Italy", "1,000", "28.5 %")),
        ("network", ("222 01",)),
        ("prefix", ("+39347", "50.0 %", "+43.0")),
        ("nonsense", ("Refused",)),
        # A delivery has one account.
        ("account", ("Refused",)),
    ],
)
def test_failures_are_cut_one_way_at_a_time(operator, delivery, by, said):
    html = words(reports(operator, delivery, f"?by={by}"))

    for text in said:
        assert text in html


def test_rows_lead_to_the_logs_where_these_can_be_filtered(operator, marketer, delivery):
    logs = f"/deliveries/{delivery.pk}/logs/?status=failed"

    assert f'href="{logs}&amp;reason=refused"' in reports(operator, delivery)
    assert f'href="{logs}&amp;search=%2B39347"' in reports(operator, delivery, "?by=prefix")
    # Who sees no addresses cannot search by them.
    assert "search=" not in reports(marketer, delivery, "?by=prefix")


def test_a_code_leads_to_its_qualification_for_who_may_judge_it(admin, operator, delivery):
    link = f'href="/qualifications/{Qualification.objects.get().pk}/"'

    assert link in reports(admin, delivery, "?by=code")
    assert link not in reports(operator, delivery, "?by=code")


def test_prefixes_of_few_numbers_are_together_for_who_sees_no_addresses(
    marketer, operator, account
):
    made = outcomes.delivery(account=account)
    outcomes.count(made, prefix="+39347", failed=3)

    masked = reports(marketer, made, "?by=prefix")

    assert "+39347" not in masked
    assert "fewer than 20 messages each" in masked
    assert "+39347" in reports(operator, made, "?by=prefix")


def test_a_live_report_asks_for_news_and_gets_the_report_alone(marketer, account):
    live = outcomes.delivery(account=account, status=DeliveryStatus.IN_PROGRESS)
    outcomes.count(live, delivered=5)
    address = f"/deliveries/{live.pk}/reports/?by=country"

    fragment = marketer.get(address, headers=FRAGMENT).content.decode()

    assert f'hx-get="{address}"' in fragment
    assert "<html" not in fragment
    assert "hx-get" not in reports(marketer, outcomes.delivery(account=account))


def test_latency_is_told_as_bounds_that_hold(marketer, account):
    made = outcomes.delivery(account=account)
    outcomes.count(made, latency=4, delivered=90)
    outcomes.count(made, latency=10, delivered=10)
    outcomes.count(made, latency=39, delivered=1)

    html = words(reports(marketer, made))

    assert "90 % took" in html
    assert "12 s</span>" in html
    assert '<th scope="row">longer</th>' in html.replace("> ", ">").replace(" <", "<")


@pytest.mark.parametrize("by", ["reason", "code", "country", "network", "prefix"])
def test_a_report_costs_as_many_queries_for_one_row_as_for_three(operator, account, by):
    made = outcomes.delivery(account=account)
    path = f"/deliveries/{made.pk}/reports/?by={by}"
    outcomes.count(made, failed=1, qualification_id=qualification(key="0").pk)
    cost(operator, path)
    one = cost(operator, path)
    for number in (1, 2):
        outcomes.count(made, failed=1, country="FR", network=f"2080{number}",
                       prefix=f"+3361{number}", reason=Reason(number),
                       qualification_id=qualification(key=str(number)).pk)  # fmt: skip

    assert cost(operator, path) == one


def test_errors_of_all_deliveries_are_cut_by_account_too(marketer, delivery):
    other = outcomes.delivery(account=records.account(name="Second"), contact_date=NOW - DAY)
    outcomes.count(other, delivered=90, failed=10)

    html = words(marketer.get("/errors/?by=account").content.decode())

    assert html.index("Main</a>") < html.index("Second</a>")
    assert f'href="/errors/?account={other.account_id}"' in html


def test_errors_of_one_account_and_period(marketer, delivery):
    other = outcomes.delivery(contact_date=NOW - DAY * 20)
    outcomes.count(other, failed=10)

    week = words(marketer.get("/errors/?days=7").content.decode())
    all_of_it = words(marketer.get("/errors/?days=28").content.decode())
    one = words(marketer.get(f"/errors/?account={delivery.account_id}").content.decode())

    assert "1 delivery" in week
    assert "2 deliveries" in all_of_it
    assert "1 delivery" in one
    assert "21.5 points under the usual 93 %" in one


@pytest.mark.parametrize("query", ["?days=0", "?days=x", "?account=x", "?account=9", "?by=x"])
def test_what_cannot_be_asked_is_the_default(marketer, delivery, query):
    response = marketer.get(f"/errors/{query}")

    assert response.context["days"] == 28
    assert response.context["account"] is None
    assert response.context["table"].by == "reason"


def test_more_deliveries_than_are_read_are_told(marketer, delivery, monkeypatch):
    monkeypatch.setattr(baseline, "MOST", 1)
    outcomes.count(outcomes.delivery(contact_date=NOW - DAY * 2), failed=1)
    outcomes.count(outcomes.delivery(contact_date=NOW - DAY * 50), failed=1)

    said = words(marketer.get("/errors/").content.decode())

    assert "the newest 1 are read" in said
    assert "(the newest of more)" in said


@pytest.mark.parametrize("by", ["reason", "code", "country", "network", "prefix", "account"])
def test_errors_cost_as_many_queries_for_one_delivery_as_for_three(marketer, by):
    def add(number):
        made = outcomes.delivery(contact_date=NOW - DAY)
        outcomes.count(made, failed=1, qualification_id=qualification(key=str(number)).pk)

    path = f"/errors/?by={by}"
    add(0)
    cost(marketer, path)
    one = cost(marketer, path)
    add(1)
    add(2)

    assert cost(marketer, path) == one


def test_rows_beyond_the_most_are_told(operator, account):
    made = outcomes.delivery(account=account)
    for number in range(202):
        outcomes.count(made, failed=1, prefix=f"+39{number:03}")

    assert "2 more rows with fewer failures are left out." in words(
        reports(operator, made, "?by=prefix")
    )
