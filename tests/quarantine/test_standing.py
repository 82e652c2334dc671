"""An address: its record, the word that covers it, and giving it back."""

from hypothesis import given
from hypothesis import strategies as st

from messaging.statuses import AddressStatus
from quarantine.standing import Record, Standing
from tests.records import NOON

STATUSES = [str(status) for status in AddressStatus]
RECORDS = st.builds(
    Record,
    status=st.sampled_from(STATUSES),
    reason=st.integers(0, 25),
    error_text=st.text(max_size=5),
    error_count=st.integers(0, 9),
    delivery_id=st.none() | st.integers(1, 9),
)


def covered(standing):
    return standing.under(text="STOP", first=NOON, last=NOON, delivery_id=3)


@given(RECORDS)
def test_a_word_covers_the_record_and_gives_it_back(record):
    standing = Standing().having(record)

    under = covered(standing)
    assert (under.status, under.by_word, under.record()) == ("denylisted", True, record)
    assert under.lifted() == standing


@given(RECORDS, RECORDS)
def test_a_record_changes_under_the_word_unless_it_is_denylisted_itself(before, after):
    under = covered(Standing().having(before)).having(after)

    assert under.record() == after
    assert under.by_word == (after.status != AddressStatus.DENYLISTED)
    assert under.lifted() == Standing().having(after)


def test_what_was_known_of_the_facts_stays():
    standing = Standing(folded_at=NOON, folded_key=b"k", known_since=NOON, released_at=NOON)

    for other in (covered(standing), covered(standing).lifted(), standing.having(Record())):
        assert other[15:] == standing[15:]
