"""Logs: one JSON object a line, or coloured lines on a terminal. Never a secret."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_KEYS = {"token", "secret", "password", "authorization", "cookie", "access_token", "secret_key"}


def configure_logs(level: int = logging.INFO) -> None:
    """Send our own logs and those of the libraries to standard error, in one format."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(terminal=sys.stderr.isatty()),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # Python would write its warnings beside the log, as lines that are no JSON.
    logging.captureWarnings(True)
    # Each of these would repeat at every statement, request or mail what our own events tell.
    for noisy in (
        "tortoise",
        "aiosmtplib",
        "mail.log",
        "asyncio",
        "uvicorn.access",
        "websockets",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(_is_about_no_websocket)
    # Its pool warns with a trace, every second of an outage, of what our own events tell in a line.
    logging.getLogger("asyncpg").setLevel(logging.ERROR)


def hide_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank whatever was logged under a name that secrets go by."""
    for key in event.keys() & SECRET_KEYS:
        event[key] = "[hidden]"
    return event


def _is_about_no_websocket(record: logging.LogRecord) -> bool:
    # uvicorn tells each WebSocket here, with its address and whatever the client put in there.
    return '"WebSocket' not in str(record.msg)


def _rendering(*, terminal: bool) -> list[Any]:
    if terminal:
        # Its default would print the local variables of a trace, and secrets are among them.
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
