"""What forces UCS-2: named with its place, and with what says the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging import lookalikes
from messaging.lookalikes import Found
from messaging.segments import GSM7, measure


def test_each_character_is_named_once_with_its_first_place():
    assert lookalikes.found("Ciao “tu”, “voi” ú 🎉") == [
        Found("“", 6, 2, '"', lossless=True),
        Found("”", 9, 2, '"', lossless=True),
        Found("ú", 18, 1, "u", lossless=False),
        Found("🎉", 20, 1, None, lossless=False),
    ]


def test_a_text_of_the_alphabet_holds_none():
    assert lookalikes.found("Hello €[]{} è") == []


@pytest.mark.parametrize(
    ("text", "plain", "all_of_it"),
    [
        ("It’s “now” – today…", 'It\'s "now" - today...', 'It\'s "now" - today...'),
        ("a\u00a0b\u200bc\td", "a bc d", "a bc d"),
        ("Łódź, çok ő œ ﬁn", "Łódź, çok ő œ ﬁn", "Lodz, cok o oe fin"),
        ("50 € à ñ ö", "50 € à ñ ö", "50 € à ñ ö"),
        ("e\u0300", "è", "è"),
        ("漢 🎉 \u0301", "漢 🎉 \u0301", "漢 🎉 \u0301"),
    ],
)
def test_characters_are_taken_back(text, plain, all_of_it):
    assert lookalikes.replaced(text) == plain
    assert lookalikes.replaced(text, letters=True) == all_of_it


@given(st.text())
def test_replacing_never_costs_a_character_of_the_alphabet(text):
    for letters in (False, True):
        after = lookalikes.replaced(text, letters=letters)

        assert set(measure(after).culprits) <= set(measure(lookalikes.replaced(text)).culprits)
        assert lookalikes.replaced(after, letters=letters) == after


@given(st.characters())
def test_a_suggestion_is_within_the_alphabet(sign):
    assert set(lookalikes.instead(sign) or "") <= GSM7
