"""Logs without addresses: whatever a record holds, phone numbers and e-mail addresses go.

Redaction happens twice: in the values, so that JSON stays JSON, and over the finished line, so
that a traceback or a logger of another library cannot slip past.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any

import redis
import structlog
from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError
from structlog.typing import EventDict, WrappedLogger

# E.164 has at most 15 digits, "00" may stand before them; our own ids have 18 or 19.
_DIGITS = r"(?<!\d)\+?\d{8,17}(?!\d)"
_SPACED = r"(?:\+|(?<!\d)00)\d(?:[ ().\-]{0,2}\d){6,16}(?!\d)"
_NUMBER = re.compile(rf"{_SPACED}|{_DIGITS}")
_EMAIL = re.compile(r"[\w.+\-]+(?:@|%40)[\w\-]+(?:\.[\w\-]+)+")

# Where a provider signs nothing, the token of its callback address is all that keeps others out.
_TOKEN = re.compile(r"(?<=/callbacks/)(?!health\b)[\w\-]+")
_OUTAGES = (OperationalError, InterfaceError, BrokerError, redis.ConnectionError)


def redact(text: str) -> str:
    """Return the text with phone numbers, e-mail addresses and callback tokens taken out."""
    text = _TOKEN.sub("[token]", text)
    return _NUMBER.sub("[number]", _EMAIL.sub("[e-mail]", text))


def redact_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take addresses out of every value of a record (a structlog processor)."""
    return {
        redact(key): value if key.startswith("_") else _redacted(value)
        for key, value in event.items()
    }


def brief_about_outages(record: logging.LogRecord) -> bool:
    """Say in one line that a server is away, and not where that was met (a logging filter).

    Every task meets it again every few seconds.
    """
    error = record.exc_info[1] if record.exc_info else None
    # Beat tells of nothing else than that the broker is away, in an error of its own.
    is_beats = record.name == "celery.beat"
    if isinstance(error, _OUTAGES) or (error and is_beats):
        record.exc_info = None
        told = str(error).partition("\n")[0]
        if task := getattr(record, "data", {}).get("name"):
            record.msg, record.args = "%s failed, and comes again: %s", (task, told)
        elif is_beats:
            record.msg, record.args = "%s", (told,)
    return True


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Formats a record of any logger, and redacts the finished line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line as it is written."""
        return redact(super().format(record))


def configuration(*, level: str, as_json: bool) -> dict[str, Any]:
    """Configure structlog and return the dictionary for the standard library's logging."""
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *before,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": RedactingFormatter,
                "processors": _finish(as_json=as_json),
                "foreign_pre_chain": before,
            }
        },
        "filters": {"outages": {"()": lambda: brief_about_outages}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["outages"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would write a second, unredacted line or send e-mail.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # What was refused to somebody is no trouble of ours; 5xx are.
            "django.request": {"level": "ERROR"},
            # Two lines per task, many times a second, say nothing that the counts do not.
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            # Rings that were superseded by the drain they asked for.
            "celery.worker.request": {"level": "WARNING"},
            # It warns of tasks with a time to start at; there are none.
            "kombu.transport.native_delayed_delivery": {"level": "ERROR"},
        },
    }


def _finish(*, as_json: bool) -> list[Any]:
    """Return the processors that make a line of a record."""
    first = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        to_json = structlog.processors.JSONRenderer(default=str)
        return [*first, structlog.processors.format_exc_info, redact_values, to_json]
    plain = structlog.dev.plain_traceback
    to_text = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)
    return [*first, redact_values, to_text]


def _redacted(value: Any) -> Any:
    """Return a value as it may be written: containers keep their shape, numbers of 8 digits go."""
    if isinstance(value, Mapping):
        return {redact(str(key)): _redacted(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_redacted(item) for item in value]
    # A renderer takes an exception apart itself; the finished line is redacted in any case.
    if value is None or isinstance(value, (bool, BaseException)):
        return value
    written = str(value)
    hidden = redact(written)
    return value if hidden == written and isinstance(value, (int, float)) else hidden
