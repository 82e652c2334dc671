"""Evidence: a receipt of the handset is believed where carriers give one."""

import pytest

from messaging.evidence import proven
from messaging.statuses import Evidence


@pytest.mark.parametrize("country", ["US", "CA", "PR", "PH"])
def test_where_receipts_are_the_networks_the_handset_is_not_proven(country):
    assert proven(Evidence.HANDSET, country=country) == Evidence.CARRIER


@pytest.mark.parametrize("country", ["IT", "FR", ""])
def test_elsewhere_a_provider_is_taken_at_its_word(country):
    assert proven(Evidence.HANDSET, country=country) == Evidence.HANDSET


@pytest.mark.parametrize(
    "stated", [Evidence.NONE, Evidence.PROVIDER, Evidence.CARRIER, Evidence.CLICKED]
)
def test_no_other_grade_depends_on_the_country(stated):
    assert proven(stated, country="US") == stated
