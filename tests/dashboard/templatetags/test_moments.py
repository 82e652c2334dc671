"""Points in time: short for the eye, exact for machines and for the tooltip."""

from datetime import UTC, datetime

from django.utils import timezone, translation

from dashboard.templatetags import moments

AT = datetime(2026, 11, 23, 12, 0, 7, 250_000, tzinfo=UTC)


def test_a_time_is_written_in_the_zone_of_the_site():
    with timezone.override("Europe/Rome"):
        written, zone = moments.moment(AT), moments.zone()

    assert written == (
        '<time datetime="2026-11-23T13:00:07.250+01:00" title="23 Nov 2026, 13:00:07 CET">'
        "23 Nov 2026, 13:00</time>"
    )
    assert zone == "Europe/Rome"


def test_a_time_can_show_its_seconds():
    assert ">23 Nov 2026, 12:00:07<" in moments.moment(AT, seconds=True)


def test_no_time_is_a_dash():
    assert moments.moment(None) == '<span class="muted">\N{EN DASH}</span>'


def test_the_month_is_written_as_the_language_does():
    with translation.override("it"):
        written = moments.moment(AT)

    assert ">23 nov 2026, 12:00<" in written
