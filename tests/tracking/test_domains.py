"""Domains of short links."""

import pytest

from tests import records
from tracking import domains
from tracking.domains import Address, BadDomain
from tracking.models import ShortDomain


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", Address("", "")),
        ("sms.example", Address("sms.example", "sms.example")),
        (" SMS.Example/ ", Address("sms.example", "sms.example")),
        ("https://sms.example", Address("https://sms.example", "sms.example")),
        ("http://sms.example:8080", Address("http://sms.example:8080", "sms.example")),
        ("müller.example", Address("xn--mller-kva.example", "xn--mller-kva.example")),
    ],
)
def test_a_domain_is_read_with_and_without_its_scheme(text, address):
    assert domains.check(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "localhost",
        "sms.example/a",
        "sms.example?a",
        "https://u@sms.example",
        "ftp://sms.example",
        "sms..example",
        "sms.example:99999",
        "10.0.0.1",
        "a b.example",
        "https://",
        ".".join(["a" * 60] * 5) + ".example",
    ],
)
def test_what_is_no_domain_is_refused(text):
    with pytest.raises(BadDomain):
        domains.check(text)


def test_the_domain_of_the_pages_is_refused(settings):
    settings.ALLOWED_HOSTS = ["pages.example"]

    with pytest.raises(BadDomain, match="domain of these pages"):
        domains.check("pages.example")


@pytest.mark.django_db
def test_an_account_has_a_domain_until_it_has_none(settings):
    settings.PUBLIC_URL = "https://pages.example"
    account_id = records.account().pk
    assert domains.prefix(account_id=account_id) == "https://pages.example/l/"

    domains.give(account_id=account_id, address=domains.check("a.example"))
    domains.give(account_id=account_id, address=domains.check("https://b.example"))

    assert domains.prefix(account_id=account_id) == "https://b.example/"
    assert (
        str(ShortDomain.objects.get()) == domains.of(account_id=account_id) == "https://b.example"
    )
    domains.give(account_id=account_id, address=domains.check(""))
    assert domains.of(account_id=account_id) == ""
