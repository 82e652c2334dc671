"""Cutting texts: the two alphabets, their limits and what is never cut in two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.segments import BASIC, EXTENSION, Segments, count, measure

EMOJI = "\U0001f600"


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        ("", Segments("gsm7", 0, 0, 0, 160, "")),
        ("a", Segments("gsm7", 1, 1, 1, 159, "")),
        ("a" * 160, Segments("gsm7", 160, 160, 1, 0, "")),
        ("a" * 161, Segments("gsm7", 161, 161, 2, 145, "")),
        ("a" * 306, Segments("gsm7", 306, 306, 2, 0, "")),
        ("a" * 307, Segments("gsm7", 307, 307, 3, 152, "")),
        ("€" * 80, Segments("gsm7", 80, 160, 1, 0, "")),
        ("€" * 81, Segments("gsm7", 81, 162, 2, 143, "")),
        ("ù[]", Segments("gsm7", 3, 5, 1, 155, "")),
        ("ú", Segments("ucs2", 1, 1, 1, 69, "ú")),
        ("ç" * 70, Segments("ucs2", 70, 70, 1, 0, "ç")),
        ("ç" * 71, Segments("ucs2", 71, 71, 2, 63, "ç")),
        (EMOJI * 35, Segments("ucs2", 35, 70, 1, 0, EMOJI)),
        (EMOJI * 36, Segments("ucs2", 36, 72, 2, 61, EMOJI)),
        ("“ok” \u2019", Segments("ucs2", 6, 6, 1, 64, "“”\u2019")),
        ("€ú", Segments("ucs2", 2, 2, 1, 68, "ú")),
    ],
)
def test_texts_are_cut_by_their_alphabet(text, measured):
    assert measure(text) == measured


def test_an_escape_pair_is_never_cut():
    # 152 septets, then a pair: it does not fit the first segment of 153.
    assert measure("a" * 152 + "€" + "a" * 8).segments == 2
    assert measure("a" * 152 + "€" + "a" * 8).remaining == 153 - 10
    assert measure("a" * 152 + "€" + "a" * 152).segments == 3


def test_a_surrogate_pair_is_never_cut():
    assert measure("ç" * 66 + EMOJI + "ç" * 66).segments == 3


def test_the_alphabet_has_its_size():
    # 127 signs and the escape; the extension has nine and the form feed.
    assert (len(BASIC), len(EXTENSION)) == (127, 10)


@given(st.text())
def test_any_text_fits_its_segments(text):
    cut = measure(text)
    alone, joined = (70, 67) if cut.culprits else (160, 153)
    room = alone if cut.segments <= 1 else joined * cut.segments

    assert cut.units + cut.remaining <= room
    assert set(cut.culprits) <= set(text)
    assert (cut.segments == 0) == (text == "")


@given(st.text(alphabet=[*sorted(BASIC | EXTENSION), EMOJI], max_size=400))
def test_counting_says_what_measuring_says(text):
    assert count(text) == measure(text).segments


@pytest.mark.parametrize("length", [0, 1, 160, 161, 306, 307])
def test_plain_texts_are_counted_as_they_are_measured(length):
    assert count("a" * length) == measure("a" * length).segments
