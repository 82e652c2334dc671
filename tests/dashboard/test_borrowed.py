"""Words of Django that are ours to translate."""

import ast
from pathlib import Path

import django
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils import translation

from dashboard import borrowed

PLACES = (
    "contrib/auth/forms.py",
    "contrib/auth/password_validation.py",
    "contrib/auth/validators.py",
    "core/validators.py",
    "forms/fields.py",
    "forms/models.py",
)


def texts(path):
    nodes = ast.walk(ast.parse(path.read_text()))
    return {node.value for node in nodes if isinstance(node, ast.Constant)}


def test_django_still_says_each_of_them():
    home = Path(django.__file__).parent
    said = set().union(*(texts(home / place) for place in PLACES))
    ours = {text for text in texts(Path(borrowed.__file__)) if " " in str(text)}

    assert ours - said == {borrowed.__doc__}


def test_they_are_translated_by_our_catalogue():
    with translation.override("it"):
        help_text = MinimumLengthValidator(min_length=8).get_help_text()

    assert help_text == "La password deve contenere almeno 8 caratteri."
