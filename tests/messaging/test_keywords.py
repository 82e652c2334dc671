"""A whole message is a keyword, however it is written; a word within one is not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging import vocabulary
from messaging.keywords import Keyword, may_start_again, plain, recognise, stated

WORDS = sorted(
    {(word, "") for word in vocabulary.STOP}
    | {
        (word, country)
        for language in vocabulary.LANGUAGES.values()
        for country in language.countries.split()
        for word in language.stop
    }
)
# What may stand around a word without changing it.
AROUND = st.text(
    st.sampled_from(" \t\n.,!?;:-_\"'“”«»()*#/\u200b\u200d\ufeff\u00ad\u00a0🛑✋🏽\ufe0f")
)


def test_every_word_of_the_vocabulary_is_a_stop_in_its_markets():
    assert [found for found in WORDS if recognise(*found) is not Keyword.STOP] == []


@given(st.sampled_from(WORDS), AROUND, AROUND, st.sampled_from([str.upper, str.title, str.lower]))
def test_case_punctuation_emoji_and_what_cannot_be_seen_change_nothing(found, before, after, cased):
    word, country = found

    assert recognise(f"{before}{cased(word)}{after}", country) is Keyword.STOP


@given(st.sampled_from(WORDS))
def test_accents_may_be_written_or_left_out_or_stand_apart(found):
    word, country = found
    apart = unicodedata.normalize("NFD", word)
    without = "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")

    assert {recognise(text, country) for text in (apart, without)} == {Keyword.STOP}


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop.", "“Stop!”", "S.T.O.P", "s t o p", "st\u00adop", "🛑 STOP 🛑", "Stop  all",
     "\uff33\uff34\uff2f\uff30", "OPT-OUT", "opt   out", "ARRÊT", "arrêt", "Unsubscribe!!!"],
)  # fmt: skip
def test_the_standard_set_counts_in_every_country(text):
    assert {recognise(text, country) for country in ("", "IT", "IN", "US")} == {Keyword.STOP}


@pytest.mark.parametrize(
    "text",
    ["", "   ", "🛑", "please don't stop", "stop please", "stopping", "nonstop", "no", "ok", "yes",
     "the end", "STOP " * 100, "Stop by at 5?", "s t o p n o w"],
)  # fmt: skip
def test_any_other_message_is_no_keyword(text):
    assert recognise(text, "US") is Keyword.NONE


def test_a_word_of_another_country_is_a_message_like_any_other():
    assert recognise("basta", "IT") is Keyword.STOP
    assert recognise("basta", "SE") is Keyword.NONE


def test_turkish_capitals_are_read():
    assert recognise("İPTAL", "TR") is Keyword.STOP


@pytest.mark.parametrize(
    ("text", "keyword"),
    [("START", Keyword.START), ("Unstop.", Keyword.START), ("help?", Keyword.HELP),
     ("INFO", Keyword.HELP), ("YES", Keyword.NONE)],
)  # fmt: skip
def test_start_and_help_are_told_apart(text, keyword):
    assert recognise(text, "US") is keyword


@given(st.text(), st.sampled_from(["", "IT", "TR", "IN", "CN"]))
def test_any_text_has_an_answer_and_its_plain_form_the_same_one(text, country):
    assert recognise(plain(text), country) is recognise(text, country)


def test_a_provider_states_what_it_has_handled():
    told = [stated(word) for word in ("STOP", "start", "Help", "BLOCK", "")]

    assert told == [Keyword.STOP, Keyword.START, Keyword.HELP, Keyword.NONE, Keyword.NONE]


def test_start_is_a_way_back_only_where_it_is_an_established_one():
    assert [may_start_again(country) for country in ("US", "GB", "IT", "DE", "IN", "")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_no_word_asks_for_two_things():
    stops = {plain(word) for word, _country in WORDS}

    assert stops.isdisjoint(map(plain, vocabulary.START | vocabulary.HELP))


def test_every_market_has_its_reason():
    assert all(vocabulary.START_MARKETS.values())
