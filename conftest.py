"""What holds for a whole run: the parts of the house on which all else stands are covered whole."""

import io

import pytest
from coverage import Coverage
from coverage.exceptions import NoDataError

WHOLE = ("messaging", "providers", "quarantine", "ingestion")
PERCENT = 100.0


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session):
    """After pytest-cov has put together what all processes measured: look at those parts alone."""
    result = yield
    config = session.config
    chosen = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    if hasattr(config, "workerinput") or not config.getvalue("cov_source") or chosen:
        return result
    missing = _uncovered()
    if missing:
        session.testsfailed += 1
        config.stash[REPORT] = missing
    return result


def pytest_terminal_summary(terminalreporter, config):
    """Tell which lines of those parts no test has run."""
    if REPORT in config.stash:
        terminalreporter.section(f"{', '.join(WHOLE)}: coverage must be {PERCENT:.0f} %")
        terminalreporter.write_line(config.stash[REPORT])


REPORT = pytest.StashKey[str]()


def _uncovered() -> str:
    found = Coverage()
    found.load()
    table = io.StringIO()
    include = [f"{package}/*" for package in WHOLE]
    try:
        percent = found.report(include=include, show_missing=True, skip_covered=True, file=table)
    except NoDataError:
        return "nothing was measured"
    return "" if percent >= PERCENT else table.getvalue()
