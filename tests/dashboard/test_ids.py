"""Ids that somebody wrote by hand, and that no row can have, lead to no page of errors."""

import pytest

from dashboard.urls import urlpatterns
from tests import records
from tests.dashboard.test_masking import addresses_of_pages

pytestmark = pytest.mark.django_db
# More digits than Python reads, more than the database holds, and digits of another script.
IMPOSSIBLE = ("9" * 5_000, "9" * 20, "٣", "-1", "1.0", "")


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_an_impossible_id_finds_nothing(operator, text):
    delivery = records.delivery()
    # Answers are compared, errors among them.
    operator.raise_request_exception = False
    doubts = f"/deliveries/{delivery.pk}/doubts/"

    answers = [
        operator.get("/deliveries/act/pause/", {"id": text}),
        operator.post("/deliveries/act/pause/", {"id": text}),
        operator.post("/deliveries/file/", {"id": text, "folder": "A"}),
        operator.get("/deliveries/live/", {"id": text}),
        operator.post(doubts, {"message": text, "said": "sent"}),
        operator.post("/callbacks/held/discard/", {"id": text, "reason": "Old"}),
        operator.post("/sms/preview/", {"content": "Hi", "account": text, "delivery": text}),
    ]

    assert [answer.status_code for answer in answers] == [200, 302, 400, 400, 302, 302, 200]


def test_an_act_on_what_is_not_there_says_so(admin):
    admin.raise_request_exception = False
    nothing = dict.fromkeys(
        {name for pattern in urlpatterns for name in pattern.pattern.converters}, 987_654_321
    )
    paths = [
        path for path in addresses_of_pages(nothing | {"name": "pause"}) if "987654321" in path
    ]

    codes = {path: admin.post(path, {"confirmed": "yes"}).status_code for path in paths}

    assert len(paths) > 40
    assert {path: code for path, code in codes.items() if code >= 500} == {}
