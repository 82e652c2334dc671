"""Ids that somebody wrote by hand, and that no row can have, lead to no page of errors."""

import pytest

from tests import records

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
