"""Variables of the environment: what is accepted, and what is refused by name."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from smsmonitor import environment


def test_number_that_is_none_is_refused_by_name_with_the_cure(monkeypatch):
    monkeypatch.setenv("PORT", "abc")

    with pytest.raises(ImproperlyConfigured) as refusal:
        environment.number("PORT", default=8000, least=1, most=65535)

    assert str(refusal.value) == (
        "PORT is 'abc'; it must be a whole number from 1 to 65535, for example PORT=8000."
    )


@pytest.mark.parametrize("value", ["0", "65536", "-1", "8000.0", "٣", "1e3"])
def test_number_out_of_range_or_not_plain_is_refused(monkeypatch, value):
    monkeypatch.setenv("PORT", value)

    with pytest.raises(ImproperlyConfigured, match="PORT"):
        environment.number("PORT", default=8000, least=1, most=65535)


def test_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("PORT", " ")

    assert environment.number("PORT", default=8000, least=1, most=65535) == 8000


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("Yes", True), ("off", False), ("0", False)]
)
def test_flag_reads_the_usual_words(monkeypatch, value, expected):
    monkeypatch.setenv("DEMO", value)

    assert environment.flag("DEMO", default=not expected) is expected


def test_flag_refuses_other_words_by_name(monkeypatch):
    monkeypatch.setenv("DEMO", "maybe")

    with pytest.raises(ImproperlyConfigured, match="DEMO is 'maybe'; it must be 1 or 0"):
        environment.flag("DEMO")


def test_choice_names_what_may_be_chosen(monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "LOUD")

    with pytest.raises(ImproperlyConfigured, match="LOG_LEVEL is 'LOUD'; it must be one of A, B"):
        environment.choice("LOG_LEVEL", default="A", among=("A", "B"))


def test_words_are_split_at_commas(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "one.example, two.example,")

    assert environment.words("ALLOWED_HOSTS") == ["one.example", "two.example"]


def test_origin_is_kept_without_its_closing_slash(monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://sms.example.org/")

    assert environment.web_origin("PUBLIC_URL", default="") == "https://sms.example.org"


@pytest.mark.parametrize(
    "value", ["sms.example.org", "ftp://x", "https://x/path", "http://[", "https://x:port"]
)
def test_what_is_no_origin_is_refused_by_name(monkeypatch, value):
    monkeypatch.setenv("PUBLIC_URL", value)

    with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL"):
        environment.web_origin("PUBLIC_URL", default="")


def test_list_of_origins_names_the_wrong_one(monkeypatch):
    monkeypatch.setenv("CSRF_TRUSTED_ORIGINS", "https://a.example,b.example")

    with pytest.raises(ImproperlyConfigured, match="CSRF_TRUSTED_ORIGINS is 'b.example'"):
        environment.origins("CSRF_TRUSTED_ORIGINS")


def test_list_of_origins_is_read(monkeypatch):
    monkeypatch.setenv("CSRF_TRUSTED_ORIGINS", "https://a.example")

    assert environment.origins("CSRF_TRUSTED_ORIGINS") == ["https://a.example"]


def test_database_in_a_socket_folder_is_understood(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://me@%2Fvar%2Frun/sms")

    found = environment.database("DATABASE_URL", default="")

    assert (found["HOST"], found["NAME"], found["USER"]) == ("/var/run", "sms", "me")


@pytest.mark.parametrize(
    "value",
    ["sqlite:///x.db", "mysql://me@host/sms", "host/sms", "postgres://me@host:99999999/sms"],
)
def test_database_other_than_postgresql_is_refused_by_name(monkeypatch, value):
    monkeypatch.setenv("DATABASE_URL", value)

    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        environment.database("DATABASE_URL", default="")


def test_refusal_of_a_database_hides_the_password(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://me:hunter2@host/sms")

    with pytest.raises(ImproperlyConfigured) as refusal:
        environment.database("DATABASE_URL", default="")

    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("value", ["http://host", "redis://", "redis://host:port", "redis:// ["])
def test_server_of_another_protocol_is_refused_by_name(monkeypatch, value):
    monkeypatch.setenv("REDIS_URL", value)

    with pytest.raises(ImproperlyConfigured, match="REDIS_URL"):
        environment.server("REDIS_URL", default="", schemes=("redis",))


def test_folder_that_is_a_file_is_refused_by_name(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SMSMONITOR_HOME", str(tmp_path / "file"))

    with pytest.raises(ImproperlyConfigured, match="SMSMONITOR_HOME"):
        environment.folder("SMSMONITOR_HOME", default=Path("unused"))


def test_unknown_time_zone_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("TIME_ZONE", "Mars/Olympus")

    with pytest.raises(ImproperlyConfigured, match="TIME_ZONE is 'Mars/Olympus'"):
        environment.time_zone("TIME_ZONE", default="UTC")
