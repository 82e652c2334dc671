"""The simulator's own format and proof."""

import json

import pytest

from messaging.statuses import Evidence
from providers import registry
from providers.base import BadSignature, Callback
from providers.sms.simulator import CODES, encode, plan, sign
from tests.providers.recorded import NOON, URL

SIMULATOR = registry.get("simulator")


def planned():
    plans = [plan(provider_message_id=f"m{n}", sent_at=NOON, address="+39347") for n in range(200)]
    return [item.report for items in plans for item in items]


def test_what_is_planned_is_read_back_with_its_meaning():
    reports = planned()
    body = encode(reports)

    read = list(SIMULATOR.reports(Callback("POST", URL, sign(body, "s"), body, NOON), {}))

    assert [item._replace(failure=None, evidence=Evidence.NONE) for item in read] == reports
    assert {item.failure for item in read if item.code in CODES} <= {
        row.failure for row in CODES.values()
    }


def test_an_account_makes_its_secret_and_signs_with_it():
    credentials = SIMULATOR.new_credentials()
    body = encode(planned())

    SIMULATOR.check_credentials(credentials)
    SIMULATOR.verify(
        Callback("POST", URL, sign(body, credentials["secret"]), body, NOON), credentials
    )


@pytest.mark.parametrize("headers", [{}, sign(b"{}", "other"), {"x-simulator-signature": "é"}])
def test_other_proofs_are_refused(headers):
    with pytest.raises(BadSignature, match="X-Simulator-Signature: missing or does not match"):
        SIMULATOR.verify(Callback("POST", URL, headers, b"{}", NOON), {"secret": "s"})


def test_a_report_without_a_time_has_none_on_the_wire():
    report = planned()[0]._replace(occurred_at=None, price=None, address="", network="")

    assert encode([report]) == b'{"reports":[{"id":"m0","status":"accepted","segments":1}]}'


@pytest.mark.parametrize("network", ["1.2.3", ".", "222", "é", "2220101", '"'])
def test_only_digits_are_a_network_and_letters_a_currency(network):
    body = (
        f'{{"reports": [{{"id": "m", "status": "sent", "network": {json.dumps(network)}, '
        f'"currency": {json.dumps(network)}}}]}}'
    )

    [report] = SIMULATOR.reports(Callback("POST", URL, {}, body.encode(), NOON), {})

    assert (report.network, report.currency) == ("", "")
