"""The rules of clicks: shown in words, previewed, and applied to history by administrators."""

import pytest

from tests import records
from tests.tracking.recorded import click, url
from tracking import judging, rejudging
from tracking.models import Click, Rejudgement

PAGE = "/clicks/rules/"


@pytest.fixture
def judged(db):
    made = click(url(records.delivery()), records.message(records.delivery()))
    judging.judge()
    return made


def test_every_reason_is_told_in_words(admin):
    page = admin.get(PAGE).content.decode()

    assert "names itself as a crawler" in page
    assert "Judged again so far" not in page


def test_a_preview_shows_what_would_move(admin, judged):
    Click.objects.update(user_agent="")

    page = admin.get(f"{PAGE}?preview")

    assert page.context["moves"] == [("Human", "Robot", 1)]
    assert "does not say what asks" in page.content.decode()
    assert Click.objects.get().verdict == "human"


def test_a_preview_in_which_nothing_moves_says_so(admin, judged):
    assert "No click gets another verdict." in admin.get(f"{PAGE}?preview").content.decode()


def test_all_clicks_are_judged_again_once(admin, judged):
    page = admin.post(PAGE, follow=True).content.decode()
    again = admin.post(PAGE, follow=True).content.decode()

    assert "All clicks are judged again; the worker goes on with it." in page
    assert "All clicks are being judged again just now" in again
    assert Rejudgement.objects.get().by.username == "admin-person"
    rejudging.work(at=judged.at)
    assert "Done" in admin.get(PAGE).content.decode()


@pytest.mark.parametrize("role", ["marketer", "operator"])
def test_only_administrators_see_the_rules(request, role, db):
    assert request.getfixturevalue(role).get(PAGE).status_code == 403
