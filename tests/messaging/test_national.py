"""National language tables: which of them carries a text, and what their header leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging import national
from messaging.national import TABLES, best
from messaging.segments import BASIC, EXTENSION


def told(text):
    fit = best(text)
    return fit and (str(fit.language), fit.locking, fit.single, fit.segments, fit.remaining)


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("Hello", None),
        ("漢", None),
        ("ş漢", None),
        # Two septets of 155 with the single shift table, one with the locking one.
        ("ş", ("Turkish", True, False, 1, 154)),
        ("ş" * 155, ("Turkish", True, False, 1, 0)),
        ("ş" * 156, ("Turkish", True, False, 2, 149 * 2 - 156)),
        ("á" * 77, ("Portuguese", True, False, 1, 155 - 77)),
        # Ñ is in the default table, which the single shift table leaves in force.
        ("Ñ" + "á" * 77, ("Spanish", False, True, 1, 0)),
        ("Ñ" + "á" * 78, ("Spanish", False, True, 2, 149 - 2 * (78 - 74))),
        ("नमस्ते", ("Hindi", True, False, 1, 149)),
        ("नमस्ते १", ("Hindi", True, True, 1, 152 - 9)),
        ("ஆ", ("Tamil", True, False, 1, 154)),
        ("پ ۱", ("Urdu", True, True, 1, 152 - 4)),
    ],
)
def test_the_tables_with_the_fewest_segments_are_found(text, fit):
    assert told(text) == fit


def test_what_a_header_takes_is_whole_septets():
    for tables, limits in ((1, national.ONE_TABLE), (2, national.TWO_TABLES)):
        alone, joined = (
            160 - -(-8 * (1 + concatenation + 3 * tables) // 7) for concatenation in (0, 5)
        )
        assert limits == (alone, joined)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.language))
def test_a_table_has_room_for_what_it_holds(table):
    # 127 places beside the escape; an extension leaves most of them to the default.
    assert len(table.locked) <= 127
    assert table.shifted >= EXTENSION
    assert len(table.shifted) <= 127


@given(st.text(alphabet=st.sampled_from(sorted(BASIC | EXTENSION | TABLES[0].shifted))))
def test_no_text_takes_more_than_in_the_widest_alphabet(text):
    fit = best(text)

    assert fit is None or fit.units <= 2 * len(text)
    assert (fit is None) == (set(text) <= BASIC | EXTENSION)
