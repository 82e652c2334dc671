"""Addresses that are written to although they are in quarantine."""

import pytest
from django.core.management import CommandError, call_command

from deliveries.models import AuditEvent
from sending.models import AllowedAddress

pytestmark = pytest.mark.django_db


def test_an_address_is_allowed_and_taken_off_again(capsys):
    call_command("allow", "+39 333 1234567", "--reason", "Test phone of +39 333 1234567")
    call_command("allow", "+393331234567")
    assert AllowedAddress.objects.get().address == "+393331234567"

    call_command("allow", "+393331234567", "--remove")

    assert not AllowedAddress.objects.exists()
    assert capsys.readouterr().out == "Done.\nIt was so already.\nDone.\n"
    lines = AuditEvent.objects.filter(code="TYP-1003").order_by("id")
    assert len(lines) == 2
    assert not any("1234567" in line.text for line in lines)


def test_what_is_no_address_is_refused():
    with pytest.raises(CommandError):
        call_command("allow", "nobody")
