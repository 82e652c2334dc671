"""Every code of the journal is in docs/journal.md."""

import re

from tests.house.test_imports import ROOT, sources

CODE = re.compile(r'"([A-Z]{3}-\d{4})"')
# "USR-1001 to USR-1005" stands for all between.
DOCUMENTED = re.compile(r"([A-Z]{3})-(\d{4})(?: to [A-Z]{3}-(\d{4}))?")


def written():
    return {code for path in sources() for code in CODE.findall(path.read_text())}


def documented():
    lines = (ROOT / "docs" / "journal.md").read_text().splitlines()
    heads = [line.split("|")[1] for line in lines if re.match(r"\| [A-Z]{3}-", line)]
    return {
        f"{kind}-{number}"
        for head in heads
        for kind, first, last in DOCUMENTED.findall(head)
        for number in range(int(first), int(last or first) + 1)
    }


def test_every_code_is_explained():
    assert len(written()) > 20
    assert written() - documented() == set()
