"""Titles and paths."""

from dashboard.templatetags import titles


def test_a_title_holds_no_number():
    assert "1234567" not in titles.title_safe("Test to +39 333 1234567")


def test_a_path_breaks_after_its_slashes_and_is_never_markup():
    assert titles.breakable("A/<b>") == "A/<wbr>&lt;b&gt;"
