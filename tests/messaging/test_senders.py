"""Who wrote: numbers in any spelling, and what is none."""

import pytest

from messaging.senders import Fault, read

ITALY, BRITAIN = "+393420000000", "+447912000000"


@pytest.mark.parametrize(
    ("sender", "written_to", "address"),
    [
        ("+393331112233", "", "+393331112233"),
        ("00393331112233", "40604", "+393331112233"),
        ("+39 333 111-2233", ITALY, "+393331112233"),
        # Written as within the country; the plus sign is our own, put before bare digits.
        ("07912345678", BRITAIN, "+447912345678"),
        ("+07912345678", BRITAIN, "+447912345678"),
        ("+3331112233", ITALY, "+393331112233"),
        ("(212) 555-0123", "+12125550100", "+12125550123"),
        # A number of another country stays one.
        ("+447912345678", ITALY, "+447912345678"),
        ("00447912345678", ITALY, "+447912345678"),
        # Valid nowhere, but of the shape of one: numbering plans grow faster than tables.
        ("+15005550006", "+15005550001", "+15005550006"),
    ],
)
def test_a_number_is_read_by_the_country_that_was_written_to(sender, written_to, address):
    assert read(sender, written_to=written_to) == (address, None)


@pytest.mark.parametrize("sender", ["40604", "+40604", "INFO", "Bank24", "anna@example.org"])
def test_a_short_code_or_a_name_is_no_number(sender):
    assert read(sender, written_to=ITALY) == (sender, Fault.NO_NUMBER)


@pytest.mark.parametrize(
    ("sender", "written_to"),
    [("07912345678", "40604"), ("+07912345678", ""), ("?", ITALY), ("12" * 20, ITALY)],
)
def test_a_number_of_no_known_country_cannot_be_read(sender, written_to):
    assert read(sender, written_to=written_to) == (sender, Fault.UNREADABLE)
