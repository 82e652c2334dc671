"""Every provider reads its recorded callbacks: tests/providers/payloads/<slug>/*.json."""

from contextlib import suppress

import pytest

from messaging.failures import FailureClass, FailureType, Reason
from messaging.reports import InboundReport, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import registry
from providers.base import BadPayload
from tests.providers import recorded

CASES = [
    pytest.param(kind, case, id=f"{kind}: {case['name']}")
    for kind in registry.PROVIDERS
    for case in recorded.cases(f"payloads/{kind}")
]
HARD_REASONS = (Reason.USER_UNKNOWN, Reason.DENYLISTED, Reason.ACCOUNT_DISABLED)


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_a_recorded_callback_becomes_what_it_says(kind, case):
    provider = registry.get(kind)
    callback = recorded.callback(case)
    reports = []

    error = ""
    try:
        reports.extend(provider.reports(callback, case.get("credentials", {})))
    except BadPayload as bad:
        error = str(bad)

    expected = case.get("expect", [])
    expected = [expected] if case.get("kind") == "inbound" else expected
    read = [recorded.compared(*pair) for pair in zip(reports, expected, strict=True)]
    assert (read, error) == (expected, case.get("expect_error", ""))
    kinds = {InboundReport if case.get("kind") == "inbound" else StatusReport}
    assert {type(report) for report in reports} <= kinds


@pytest.mark.parametrize("kind", registry.PROVIDERS)
def test_every_provider_has_recorded_callbacks(kind):
    methods = {case["method"] for case in recorded.cases(f"payloads/{kind}")}

    assert methods
    assert methods <= set(registry.get(kind).methods)


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_failure_and_evidence_stand_only_beside_their_status(kind, case):
    for report in _status_reports(kind, case):
        is_wish = report.status is None and report.failure is FailureClass.OPTED_OUT
        assert (report.failure is not None) == (report.status is MessageStatus.FAILED) or is_wish
        assert (report.evidence is not Evidence.NONE) == (report.status is MessageStatus.DELIVERED)


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_only_a_number_that_is_gone_or_a_person_who_said_no_is_a_hard_failure(kind, case):
    hard = [
        report.failure.reason
        for report in _status_reports(kind, case)
        if report.failure and report.failure.failure_type is FailureType.HARD
    ]

    assert [reason for reason in hard if reason not in HARD_REASONS] == []


def _status_reports(kind, case):
    reports = []
    with suppress(BadPayload):
        reports.extend(registry.get(kind).reports(recorded.callback(case), {}))
    return [report for report in reports if isinstance(report, StatusReport)]
