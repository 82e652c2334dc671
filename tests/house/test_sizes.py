"""Files and functions stay small: those over the limit are named; splitting by noun cures them."""

import ast
from pathlib import Path
from statistics import median

from tests.house.test_imports import sources

# Lines that a file or a function rarely has more of, and never.
FILE, LONGEST_FILE = 250, 300
FUNCTION, LONGEST_FUNCTION = 40, 60
RARELY = 0.03
MEDIAN = 100


def code_files():
    return [path for path in sources() if "migrations" not in path.parts]


def lines(path: Path) -> int:
    return path.read_text().count("\n")


def functions(path: Path):
    """Yield name and length of each function, its decorators and docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            yield node.name, length


def over(sizes, limit):
    return {name: size for name, size in sizes.items() if size > limit}


def test_files_are_rarely_long():
    sizes = {str(path): lines(path) for path in code_files()}

    assert over(sizes, LONGEST_FILE) == {}
    assert len(over(sizes, FILE)) <= len(sizes) * RARELY, over(sizes, FILE)


def test_functions_are_rarely_long():
    sizes = {f"{path}:{name}": size for path in code_files() for name, size in functions(path)}

    assert over(sizes, LONGEST_FUNCTION) == {}
    assert len(over(sizes, FUNCTION)) <= len(sizes) * RARELY, over(sizes, FUNCTION)


def test_files_are_short_in_the_median():
    assert median(lines(path) for path in code_files() if lines(path) > 1) <= MEDIAN
