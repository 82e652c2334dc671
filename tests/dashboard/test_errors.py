"""What goes wrong is said in the look of all pages, in JSON to programs, and without a database."""

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import path

from smsmonitor.urls import handler400, handler403, handler404, handler500
from smsmonitor.urls import urlpatterns as real


def broken(_request):
    raise ZeroDivisionError


def without_database(_request):
    raise OperationalError


urlpatterns = [*real, path("broken/", broken), path("away/", without_database)]
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

pytestmark = pytest.mark.urls(__name__)


def ask(address, **headers):
    response = Client(raise_request_exception=False).get(address, headers=headers)
    return response, response.content.decode()


def test_an_unknown_address_is_not_found_in_the_look_of_all_pages():
    response, page = ask("/nothing/")

    assert response.status_code == 404
    assert "There is nothing at this address." in page
    assert "css/base.css" in page


def test_a_fault_of_ours_is_said_without_asking_the_database():
    response, page = ask("/broken/")

    assert response.status_code == 500
    assert "Something went wrong on our side." in page


def test_a_database_that_is_away_is_said_with_the_advice_to_come_again():
    response, page = ask("/away/")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "The database does not answer." in page


@pytest.mark.parametrize(
    ("address", "status", "detail"),
    [
        ("/nothing/", 404, "There is nothing at this address."),
        ("/broken/", 500, "Something went wrong on our side."),
        ("/away/", 503, "The database does not answer."),
    ],
)
def test_programs_that_want_json_get_json(address, status, detail):
    response, _page = ask(address, Accept="application/json")

    assert (response.status_code, response.json()) == (status, {"detail": detail})


def test_a_page_of_another_role_is_forbidden(marketer):
    response = marketer.get("/accounts/")

    assert response.status_code == 403
    assert "Your role does not allow this." in response.content.decode()


def test_a_request_that_makes_no_sense_is_a_bad_one(marketer):
    response = marketer.get("/deliveries/live/?id=x")

    assert response.status_code == 400
    assert "This request makes no sense here." in response.content.decode()


def test_an_expired_form_is_explained(marketer):
    strict = Client(enforce_csrf_checks=True)

    response = strict.post("/theme/", {"theme": "dark"})

    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()
