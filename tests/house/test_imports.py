"""Who may speak to the outside: what import-linter cannot see inside the standard library."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = {"http.client", "urllib.request", "ftplib", "smtplib", "telnetlib", "xmlrpc.client"}
MAY_SPEAK = ("providers/", "ingestion/simulator", "tests/", "bench/")
PACKAGES = (
    *("api", "dashboard", "deliveries", "ingestion", "messaging", "providers"),
    *("quarantine", "sending", "smsmonitor", "storage", "tracking"),
)


def sources():
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_providers_and_the_simulated_traffic_import_an_http_client():
    speakers = {
        str(path.relative_to(ROOT))
        for path in sources()
        if CLIENTS & set(imported(path)) and not str(path.relative_to(ROOT)).startswith(MAY_SPEAK)
    }

    assert speakers == set()


def test_settings_are_read_through_django():
    readers = {
        str(path.relative_to(ROOT))
        for path in sources()
        if "smsmonitor.settings" in set(imported(path))
    }

    assert readers == set()


def test_the_environment_is_read_by_the_wiring_alone():
    readers = {
        path.relative_to(ROOT).parts[0]
        for path in sources()
        if {"os.environ", "os.getenv", "environ"} & set(imported(path))
        or "os.environ" in path.read_text()
    }

    assert readers - {"smsmonitor"} == set()


def test_nobody_imports_the_names_of_kinds():
    kinds = {"utils", "helpers", "services", "managers", "common"}

    assert {path.stem for path in sources()} & kinds == set()
