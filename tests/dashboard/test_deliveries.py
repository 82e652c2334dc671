"""The list of deliveries, its live rows, and a new delivery."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from deliveries.models import AuditEvent, Delivery
from messaging.statuses import DeliveryStatus, MessageStatus
from tests.dashboard.conftest import FRAGMENT
from tests.records import NOON, account, delivery, message

UTC_NOON = "23 Nov 2026, 12:00"


def text_of(response):
    """Return what a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def markup_of(response):
    """Return a page with the space that a formatter may put into it taken out."""
    return re.sub(r" (?=>)", "", re.sub(r"\s+", " ", response.content.decode()))


def labels_of(response):
    return [row.delivery.label for row in response.context["page"].rows]


def test_the_first_address_leads_to_the_list(client):
    assert client.get("/").url == "/deliveries/"


def test_a_page_is_kept_by_no_shared_cache(marketer):
    assert marketer.get("/deliveries/")["Cache-Control"] == "private, no-cache"


def test_a_row_shows_every_column(marketer):
    shown = delivery(label="Autumn", status=DeliveryStatus.FINISHED, contact_date=NOON)
    message(shown, status=MessageStatus.DELIVERED)
    message(shown, status=MessageStatus.DELIVERED)
    message(shown, status=MessageStatus.FAILED)
    message(shown, status=MessageStatus.SENT)

    page = text_of(marketer.get("/deliveries/"))

    row = f"Autumn {shown.code} · {UTC_NOON} {shown.code} Finished {UTC_NOON} 4 3 75.0 % 2 50.0 %"
    refreshed = Delivery.objects.get()
    assert row.replace(shown.code, refreshed.code) in page


def test_a_row_can_be_opened_by_link_and_by_double_click(marketer):
    shown = delivery()

    page = markup_of(marketer.get("/deliveries/"))

    assert f'<a href="/deliveries/{shown.pk}/">Event launch</a>' in page
    assert f'data-href="/deliveries/{shown.pk}/"' in page


def test_the_list_costs_the_same_queries_for_one_row_and_for_three(
    marketer, django_assert_num_queries
):
    delivery()
    with django_assert_num_queries(11):
        marketer.get("/deliveries/")

    delivery()
    delivery()
    with django_assert_num_queries(11):
        marketer.get("/deliveries/")


def test_live_rows_cost_the_same_queries_for_one_and_for_three(marketer, django_assert_num_queries):
    ids = [delivery().pk for _ in range(3)]

    for wanted in (ids[:1], ids):
        with django_assert_num_queries(5):
            marketer.get("/deliveries/live/", {"id": wanted}, headers=FRAGMENT)


def test_filters_leave_what_matches_and_count_it(marketer):
    delivery(label="Autumn offer", folder="Loyalty")
    delivery(label="Autumn reminder")
    delivery(label="Winter offer", status=DeliveryStatus.FINISHED)

    page = marketer.get("/deliveries/", {"label": "autumn", "folder": "Loyalty"})

    assert labels_of(page) == ["Autumn offer"]
    assert "1 / 3" in text_of(page)


def test_the_status_filter_takes_the_name_of_a_status(marketer):
    delivery(label="Running")
    delivery(label="Done", status=DeliveryStatus.FINISHED)

    assert labels_of(marketer.get("/deliveries/?status=finished")) == ["Done"]


def test_a_press_on_the_head_of_a_column_sorts_and_the_next_turns_the_order(marketer):
    delivery(label="b")
    delivery(label="a")

    once = marketer.get("/deliveries/?sort=label")
    page = once.content.decode()

    assert labels_of(once) == ["a", "b"]
    assert 'aria-sort="ascending"' in page
    assert 'href="?sort=-label"' in page
    assert labels_of(marketer.get("/deliveries/?sort=-label")) == ["b", "a"]


def test_the_list_goes_on_behind_its_first_page_and_back(marketer):
    where = account()
    Delivery.objects.bulk_create(
        Delivery(label=f"{n:02}", account=where, contact_date=NOON - timedelta(hours=n))
        for n in range(51)
    )

    first = marketer.get("/deliveries/")
    second = marketer.get("/deliveries/", {"cursor": first.context["page"].next})

    assert (len(labels_of(first)), labels_of(second)) == (50, ["50"])
    back = marketer.get("/deliveries/", {"cursor": second.context["page"].previous})
    assert labels_of(back) == labels_of(first)


def test_a_damaged_page_number_shows_the_first_page_and_says_so(marketer):
    delivery()

    page = marketer.get("/deliveries/?cursor=nonsense")

    assert labels_of(page) == ["Event launch"]
    assert "That page could not be found again" in text_of(page)


@pytest.mark.parametrize("query", ["status=nonsense", "sort=nonsense", "channel=x", "label=%00"])
def test_an_address_that_makes_no_sense_is_a_mistake_that_is_explained(marketer, query):
    page = marketer.get(f"/deliveries/?{query}")

    assert page.status_code == 400
    assert query.split("=")[0] in text_of(page)
    assert "This list cannot be made" in text_of(page)


def test_without_any_delivery_the_page_says_what_comes_first(marketer, operator):
    assert "as soon as an operator makes one" in text_of(marketer.get("/deliveries/"))
    assert "Make one here or through the API" in text_of(operator.get("/deliveries/"))


def test_without_a_match_the_page_offers_to_take_the_filters_off(marketer):
    delivery()

    page = marketer.get("/deliveries/?label=zzz&sort=label")

    assert "No delivery matches" in text_of(page)
    assert 'href="?sort=label"' in page.content.decode()


def test_only_live_rows_are_asked_for_again(marketer):
    live = delivery()
    delivery(status=DeliveryStatus.FINISHED)

    page = markup_of(marketer.get("/deliveries/"))

    assert f'hx-get="/deliveries/live/?id={live.pk}" hx-trigger="every 3s"' in page


def test_nothing_is_asked_for_where_nothing_is_live(marketer):
    delivery(status=DeliveryStatus.FINISHED)

    assert "every 3s" not in marketer.get("/deliveries/").content.decode()


def test_news_replace_what_changed_and_leave_the_row(marketer):
    live = delivery()
    message(live, status=MessageStatus.DELIVERED)

    news = markup_of(marketer.get(f"/deliveries/live/?id={live.pk}", headers=FRAGMENT))

    assert f'<span id="success-{live.pk}" hx-swap-oob="true">1 <span class="share">100 %' in news
    assert "<tr" not in news
    assert "every 3s" in news


def test_asking_ends_with_the_last_live_delivery(marketer):
    ended = delivery(status=DeliveryStatus.FINISHED)

    news = marketer.get(f"/deliveries/live/?id={ended.pk}", headers=FRAGMENT).content.decode()

    assert "every 3s" not in news
    assert "Finished" in news


@pytest.mark.parametrize("wanted", ["x", "1e3", "99999999999999999999999"])
def test_asking_for_what_is_no_id_is_a_bad_request(marketer, wanted):
    assert marketer.get(f"/deliveries/live/?id={wanted}").status_code == 400


def test_account_folder_and_days_narrow_the_list(marketer):
    one = delivery(label="One", folder="Spring", contact_date=NOON)
    delivery(label="Two", folder="Spring", contact_date=NOON + timedelta(days=1))
    delivery(label="Three")

    def left(**query):
        return sorted(labels_of(marketer.get("/deliveries/", query)))

    assert left(account=one.account_id) == ["One"]
    assert left(folder="Spring") == ["One", "Two"]
    assert left(since="2026-11-24") == ["Two"]
    assert left(until="2026-11-23", folder="Spring") == ["One"]
    assert "Spring (2)" in text_of(marketer.get("/deliveries/"))


def test_a_day_that_cannot_be_read_is_named_and_filters_nothing(marketer):
    delivery()

    page = marketer.get("/deliveries/?since=soon&account=999")

    assert list(page.context["form"].errors) == ["account", "since"]
    assert labels_of(page) == ["Event launch"]


def test_a_delivery_is_duplicated_without_its_recipients(operator, marketer):
    shown = delivery(label="Spring", content="Hello", sender="ACME", contact_date=NOON)
    path = f"/deliveries/{shown.pk}/duplicate/"

    assert marketer.post(path).status_code == 403
    response = operator.post(path)

    copy = Delivery.objects.exclude(pk=shown.pk).get()
    assert response.url == f"/deliveries/{copy.pk}/sms/"
    assert (copy.label, copy.content, copy.sender, copy.account) == (
        "Spring (copy)",
        "Hello",
        "ACME",
        shown.account,
    )
    assert (copy.status, copy.contact_date, copy.created_by) == ("editing", None, operator.user)


def test_ticked_deliveries_are_filed_together(operator, marketer):
    ids = [delivery().pk, delivery(status=DeliveryStatus.EDITING).pk]
    given = {"id": ids, "folder": " Summer "}

    assert marketer.post("/deliveries/file/", given).status_code == 403
    page = operator.post("/deliveries/file/", given, follow=True)

    assert set(Delivery.objects.values_list("folder", flat=True)) == {"Summer"}
    assert "2 deliveries filed." in text_of(page)


def test_drafts_are_deleted_once_that_is_confirmed(operator, marketer):
    draft, started = delivery(label="Draft", status=DeliveryStatus.EDITING), delivery(label="Sent")
    given = {"id": [draft.pk, started.pk]}

    assert marketer.post("/deliveries/delete/", given).status_code == 403
    asked = operator.post("/deliveries/delete/", given)
    assert Delivery.objects.count() == 2
    refused = operator.post("/deliveries/delete/", given | {"confirm": "yes"}, follow=True)
    assert Delivery.objects.count() == 2
    done = operator.post("/deliveries/delete/", {"id": draft.pk, "confirm": "yes"}, follow=True)

    assert [each.label for each in asked.context["drafts"]] == ["Draft"]
    assert [each.label for each in asked.context["others"]] == ["Sent"]
    assert "has started: what was sent stays." in text_of(refused)
    assert "1 draft deleted." in text_of(done)
    assert list(Delivery.objects.all()) == [started]


@pytest.mark.parametrize("path", ["/deliveries/file/", "/deliveries/delete/"])
def test_what_is_no_id_chooses_nothing(operator, path):
    assert operator.post(path, {"id": ["x"]}).status_code == 400


def test_an_operator_makes_a_delivery(operator):
    where = account()

    response = operator.post(
        "/deliveries/new/",
        {"label": "Spring", "account": where.pk, "sender": "ACME", "content": "One\r\ntwo"},
    )

    made = Delivery.objects.get()
    assert response.url == f"/deliveries/{made.pk}/target/"
    assert (made.label, made.content, made.status) == ("Spring", "One\ntwo", "editing")
    assert made.created_by == operator.user
    assert AuditEvent.objects.get(delivery=made).actor == operator.user.username


def test_a_delivery_without_label_is_asked_for_one(operator):
    response = operator.post("/deliveries/new/", {"label": "", "account": account().pk})

    assert "This field is required." in text_of(response)
    assert Delivery.objects.count() == 0


def test_a_marketer_makes_no_deliveries_and_sees_no_button(marketer):
    assert marketer.get("/deliveries/new/").status_code == 403
    assert "New delivery" not in text_of(marketer.get("/deliveries/"))


def test_somebody_without_any_role_reads_like_a_marketer(client, db):
    client.force_login(User.objects.create_user("nobody"))

    assert client.get("/deliveries/").status_code == 200
