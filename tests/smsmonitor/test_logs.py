"""A canary number is found in no log line, whoever writes it and however."""

import io
import json
import logging
import logging.config

import pytest
import structlog
from celery.beat import SchedulingError
from django.db import OperationalError

from smsmonitor import logs

CANARY = "393331234567"


@pytest.mark.parametrize(
    "text",
    [
        "+393331234567",
        "00393331234567",
        "tel:+39 333 123 4567 called",
        "%2B393331234567&x=1",
        "b'to=393331234567'",
        "+39-333-123-4567",
        "3331234567",
    ],
)
def test_phone_number_is_taken_out_however_it_is_written(text):
    assert "4567" not in logs.redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T13:25:57.123456Z",
        "delivery DM1234567",
        "id 382103411318784003 and 1382103411318784003",
        "127.0.0.1:8000",
        "took 0.0123 s",
    ],
)
def test_times_codes_and_our_own_ids_stay(text):
    assert logs.redact(text) == text


@pytest.mark.parametrize("text", ["ann.b+c@mail.example.org", "ann%40example.org"])
def test_email_address_is_taken_out(text):
    assert logs.redact(f"to {text} now") == "to [e-mail] now"


def test_token_of_a_callback_address_is_taken_out():
    line = "Forbidden: /callbacks/hV3k-_9xQ/ and /callbacks/health/"

    assert logs.redact(line) == "Forbidden: /callbacks/[token]/ and /callbacks/health/"


def test_values_of_every_kind_are_redacted_and_json_stays_json():
    event = {
        "number": int(CANARY),
        "nested": {"to": [f"+{CANARY}", None, True]},
        CANARY: 1.5,
        "_record": CANARY,
    }

    redacted = logs.redact_values(None, "info", event)

    assert redacted == {
        "number": "[number]",
        "nested": {"to": ["[number]", None, True]},
        "[number]": 1.5,
        "_record": CANARY,
    }


@pytest.fixture(params=[True, False], ids=["json", "console"])
def written(request):
    """Configure logging as the system does, into a string; give everything back afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    structlog_before = structlog.get_config()
    logging.config.dictConfig(logs.configuration(level="INFO", as_json=request.param))
    stream = io.StringIO()
    handler = next(h for h in root.handlers if isinstance(h.formatter, logs.RedactingFormatter))
    handler.setStream(stream)
    yield stream
    root.handlers[:], root.level = before
    structlog.configure(**structlog_before)


def test_canary_in_a_message_a_value_and_a_traceback_never_appears(written):
    try:
        int(f"Key (address)=(+{CANARY}) already exists")
    except ValueError:
        logging.getLogger("some.library").exception("storing %s failed", CANARY)
        structlog.get_logger("ours").error("failed", to=f"+{CANARY}", exc_info=True)

    text = written.getvalue()
    assert text.count("ValueError") >= 2
    assert CANARY[-6:] not in text


AWAY = OperationalError("no connection\n\tIs the server running?")
UNSENT = SchedulingError("Couldn't apply scheduled task sweep: no connection")


@pytest.mark.parametrize(
    ("logger", "error", "data", "told"),
    [
        ("celery.app.trace", AWAY, {"name": "x.sweep"}, "x.sweep failed, and comes again: no conn"),
        ("celery.beat", UNSENT, {}, "Couldn't apply scheduled task sweep: no connection"),
        ("elsewhere", AWAY, {}, "It failed: so"),
    ],
)
def test_server_that_is_away_is_one_line(written, logger, error, data, told):
    logging.getLogger(logger).error("It failed: %s", "so", exc_info=error, extra={"data": data})

    assert written.getvalue().count("\n") == 1
    assert told in written.getvalue()
    assert "Is the server" not in written.getvalue()


def test_json_lines_are_json(written, request):
    structlog.get_logger("ours").info("sent", to=int(CANARY), count=3)

    if request.node.callspec.params["written"]:
        line = json.loads(written.getvalue())
        assert (line["event"], line["to"], line["count"], line["level"]) == (
            "sent",
            "[number]",
            3,
            "info",
        )
    else:
        assert "count=3" in written.getvalue()
