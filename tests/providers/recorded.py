"""Recorded callbacks: how a case of tests/providers/payloads is read and compared."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from messaging.reports import InboundReport, Report, StatusReport
from providers.base import Callback

HERE = Path(__file__).parent
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
URL = "https://sms.example.org/callbacks/token/"


def cases(folder: str) -> list[dict[str, Any]]:
    """Return every case of a folder, in the order of its files."""
    files = sorted((HERE / folder).glob("*.json"))
    return [case for file in files for case in json.loads(file.read_text())]


def callback(case: dict[str, Any]) -> Callback:
    """Return the request of a case."""
    query = f"?{case['query']}" if case["query"] else ""
    return Callback(
        method=case["method"],
        url=f"{URL}{query}",
        headers={"Content-Type": case["content_type"]} if case["content_type"] else {},
        body=case["body"].encode(case.get("encoding", "utf-8")),
        received_at=NOON,
    )


def signed(kind: str) -> list[dict[str, Any]]:
    """Return the signed requests of a kind, none where it signs nothing."""
    file = HERE / "signatures" / f"{kind}.json"
    return json.loads(file.read_text()) if file.exists() else []


def request(case: dict[str, Any]) -> Callback:
    """Return a signed request, received when its case says."""
    now = datetime.fromtimestamp(case["now"], UTC) if "now" in case else NOON
    return Callback(case["method"], case["url"], case["headers"], case["body"].encode(), now)


def compared(report: Report, expected: dict[str, Any]) -> dict[str, Any]:
    """Return of a report what the case says something about, in the case's words."""
    words = _of_status(report) if isinstance(report, StatusReport) else _of_inbound(report)
    return {name: words[name] for name in expected}


def _of_status(report: StatusReport) -> dict[str, Any]:
    failure = report.failure
    return report._asdict() | {
        "status": "none" if report.status is None else report.status.api_name,
        "failure_type": failure.failure_type.api_name if failure else None,
        "reason": failure.reason.api_name if failure else None,
        "provider_code": report.code,
        "occurred_at": _utc(report.occurred_at),
        "price": str(report.price) if report.price is not None else None,
    }


def _of_inbound(report: InboundReport) -> dict[str, Any]:
    return report._asdict()


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
