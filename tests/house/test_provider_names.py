"""A provider is named in its own files and on its line of the registry, and nowhere else."""

import ast
import re
from pathlib import Path

import pytest

from providers import registry
from tests.house.test_imports import ROOT, sources

# These are ours and stand for no company: the simulation, what is configured, and a protocol.
OURS = {"simulator", "generic", "smpp"}
NAMES = {
    name.lower()
    for kind in registry.PROVIDERS
    if kind not in OURS
    for name in (kind, str(registry.get(kind).label), registry.PROVIDERS[kind].rsplit(".", 1)[1])
}
NAMED = re.compile(rf"\b({'|'.join(map(re.escape, sorted(NAMES)))})\b", re.IGNORECASE)
ITS_PLACES = (
    "providers/sms/",
    "providers/email/",
    "providers/submitting/",
    "providers/registry.py",
)


def words(code: str):
    """Return code without its docstrings, which may give a provider as an example."""
    tree = ast.parse(code)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, documented) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_search_finds_a_provider_where_one_is_named(name):
    assert NAMED.search(words(f'KINDS = ["{name}"]'))
    assert not NAMED.search(words(f'"""As {name} does."""'))


def test_no_other_code_names_a_provider():
    places = {str(path.relative_to(ROOT)): path for path in sources()}
    others = {place: path for place, path in places.items() if not place.startswith(ITS_PLACES)}

    named = {place: NAMED.findall(words(path.read_text())) for place, path in others.items()}

    assert {place: found for place, found in named.items() if found} == {}


@pytest.mark.parametrize("folder", ["templates", "static/css", "static/js"])
def test_no_page_names_a_provider(folder):
    pages = [path for path in Path(ROOT / folder).rglob("*") if path.is_file()]

    named = {str(path): NAMED.findall(path.read_text()) for path in pages}

    assert pages
    assert {path: found for path, found in named.items() if found} == {}
