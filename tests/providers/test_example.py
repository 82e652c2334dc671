"""The provider that docs/adding-a-provider.md invents works as it is written there."""

import base64
import hmac
import json
import re
from pathlib import Path

import pytest

from providers.base import BadSignature, Callback
from tests.providers import recorded

DOCUMENT = Path(__file__).parents[2] / "docs" / "adding-a-provider.md"


def block(language, holding):
    """Return the code of the document that holds a text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return next(code for code in blocks if holding in code)


@pytest.fixture
def pigeon():
    names = {"__name__": "pigeon"}
    exec(compile(block("python", "class Pigeon"), "pigeon.py", "exec"), names)
    return names["Pigeon"]()


def test_the_invented_provider_reads_its_recorded_callback(pigeon):
    [case] = json.loads(block("json", "under snow"))

    reports = pigeon.reports(recorded.callback(case), {})

    assert [recorded.compared(*pair) for pair in zip(reports, case["expect"], strict=True)] == (
        case["expect"]
    )


def test_the_invented_provider_checks_its_proof(pigeon):
    proof = hmac.digest(b"s", b"{}", "sha256")
    headers = {"X-Pigeon-Signature": proof.hex()}

    pigeon.verify(Callback("POST", recorded.URL, headers, b"{}", recorded.NOON), {"secret": "s"})
    for wrong in ({}, {"X-Pigeon-Signature": base64.b64encode(proof).decode()}):
        with pytest.raises(BadSignature):
            pigeon.verify(
                Callback("POST", recorded.URL, wrong, b"{}", recorded.NOON), {"secret": "s"}
            )
