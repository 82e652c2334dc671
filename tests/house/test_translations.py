"""The Italian is complete: every text that is marked, translated, and compiled as it is written."""

import ast
import gettext
import re
from typing import NamedTuple

import pytest
from django.utils.translation.template import templatize

from tests.house.test_imports import ROOT, sources

CATALOGUE = ROOT / "locale" / "it" / "LC_MESSAGES"
# Which arguments of each function are its context, its text and its plural.
MARKERS = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
CALL = re.compile(
    r"""\b(_|n?p?gettext)\(((?:u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*"|,\s*)+)""", re.DOTALL
)
PLACEHOLDER = re.compile(r"%\(\w+\)\w|%\w|\{\w*\}|</?\w+>")
FIELD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")')


class Text(NamedTuple):
    """What is translated: empty context and plural where there is none."""

    context: str
    singular: str
    plural: str


class Entry(NamedTuple):
    """One entry of the catalogue, with its Italian forms."""

    text: Text
    italian: list[str]
    comments: str


def entries():
    """Return the entries of the .po, without its head."""
    blocks = (CATALOGUE / "django.po").read_text().strip().split("\n\n")
    return [entry(block) for block in blocks[1:]]


def entry(block):
    fields, comments, name = {}, [], ""
    for line in block.splitlines():
        if line.startswith("#"):
            comments.append(line)
            continue
        found = FIELD.fullmatch(line)
        name, value = found.groups() if found else (name, line)
        fields[name] = fields.get(name, "") + ast.literal_eval(value)
    text = Text(fields.pop("msgctxt", ""), fields.pop("msgid", ""), fields.pop("msgid_plural", ""))
    return Entry(text, list(fields.values()), "\n".join(comments))


def marked(name, arguments):
    places = MARKERS["gettext" if name == "_" else name]
    return Text(*("" if place is None else arguments[place] for place in places))


def marked_in_code(path):
    """Yield the texts of a module, whatever it calls the functions that mark them."""
    tree = ast.parse(path.read_text())
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in MARKERS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
            values = [getattr(argument, "value", None) for argument in node.args]
            yield marked(names[node.func.id], values)


def marked_in_template(path):
    for name, arguments in CALL.findall(templatize(path.read_text())):
        yield marked(name, ast.literal_eval(f"({arguments.rstrip(', ')},)"))


def marked_texts():
    return {
        *(text for path in sources() for text in marked_in_code(path)),
        *(text for path in ROOT.glob("templates/**/*.html") for text in marked_in_template(path)),
    }


def test_the_catalogue_has_every_marked_text_and_no_other():
    written = [entry.text for entry in entries()]

    assert len(set(written)) == len(written)
    assert marked_texts() - set(written) == set(), "run `make messages`, then translate"
    assert set(written) - marked_texts() == set(), "run `make messages`"


def test_every_text_has_its_italian():
    missing = [entry.text for entry in entries() if not all(map(str.strip, entry.italian))]
    forms = {bool(entry.text.plural): len(entry.italian) for entry in entries()}

    assert missing == []
    assert forms == {False: 1, True: 2}


def test_no_translation_is_a_guess_or_a_leftover():
    doubtful = [
        entry.text
        for entry in entries()
        if re.search(r"^#, .*fuzzy|^#~", entry.comments, re.MULTILINE)
    ]

    assert doubtful == []


def test_placeholders_and_tags_are_kept():
    wrong = [
        entry.text
        for entry in entries()
        for form in entry.italian
        if sorted(PLACEHOLDER.findall(form))
        != sorted(PLACEHOLDER.findall(entry.text.plural or entry.text.singular))
    ]

    assert wrong == []


def test_the_italian_begins_and_ends_as_the_english_does():
    """A full stop or a capital that only one of them has shows at once on a page."""
    wrong = [
        entry.text
        for entry in entries()
        for form in entry.italian
        if (entry.text.singular[:1].isupper() and form[:1].islower())
        or ends(form) != ends(entry.text.singular)
    ]

    assert wrong == []


def ends(text):
    return text[-1] if text[-1] in ".:…?" else ""


def test_what_is_compiled_is_what_is_written():
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    del compiled[""]

    written = {}
    for text, italian, _comments in entries():
        key = f"{text.context}\4{text.singular}" if text.context else text.singular
        if text.plural:
            written |= {(key, number): form for number, form in enumerate(italian)}
        else:
            written[key] = italian[0]

    assert compiled == written, "run `make messages`"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('{% translate "From" context "time" %}', Text("time", "From", "")),
        (
            "{% blocktranslate %}All of {{ x }}.{% endblocktranslate %}",
            Text("", "All of %(x)s.", ""),
        ),
        ('{% include "a.html" with label=_("It\'s") %}', Text("", "It's", "")),
    ],
)
def test_texts_of_templates_are_found(tmp_path, source, text):
    path = tmp_path / "page.html"
    path.write_text(source)

    assert list(marked_in_template(path)) == [text]
