"""Logs: one JSON object a line, lines on a terminal, and never a secret."""

import asyncio
import json
import logging
import os
import pty
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.support.processes import call
from tests.support.running import usher_environment
from usher.logs import SECRET_KEYS, configure_logs

HIDDEN = ["token", "secret", "password", "authorization", "cookie", "access_token", "secret_key"]


async def logged(work: Any, *arguments: Any, folder: Path) -> str:
    """The standard error of a process of its own; it prints nothing."""
    done = await call(work, *arguments, folder=folder, env=usher_environment())
    assert (done.code, done.out) == (0, "")
    return done.err


def _log_secrets() -> None:
    configure_logs()
    log = structlog.get_logger("usher")
    log.info("something.happened", number=1, **dict.fromkeys(HIDDEN, "hush"))
    structlog.contextvars.bind_contextvars(token="hush", account="example")
    log.warning("something.else")
    logging.getLogger("a.library").warning("it says %s", "a word")


def _log_a_failure() -> None:
    configure_logs()
    password, token = "hu" + "sh", "hu" + "sh"
    try:
        raise ValueError(len(password + token))
    except ValueError:
        structlog.get_logger("usher").exception("something.failed", token=token)
    try:
        raise ValueError(len(password + token))
    except ValueError:
        logging.getLogger("a.library").exception("It failed.")


def _log_noise() -> None:
    configure_logs()
    for name in ("tortoise.db_client", "aiosmtplib", "mail.log", "asyncio", "uvicorn.access", "websockets.server"):
        logging.getLogger(name).info("SELECT 1")
        logging.getLogger(name).debug("SELECT 1")
    logging.getLogger("a.library").debug("SELECT 1")
    told = '%s - "WebSocket %s" [accepted]'
    logging.getLogger("uvicorn.error").info(told, "192.0.2.1:5", "/graphql?token=hush")
    structlog.get_logger("usher").info("kept")


def _warn() -> None:
    configure_logs()
    warnings.warn("mind this", RuntimeWarning, stacklevel=1)


def test_these_are_the_names_that_secrets_go_by() -> None:
    assert set(HIDDEN) == SECRET_KEYS


async def test_what_is_logged_under_a_secrets_name_is_hidden(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in (await logged(_log_secrets, folder=tmp_path)).splitlines()]
    for line in lines:
        assert line.pop("timestamp").endswith("Z")
    first, second, third = lines
    assert first == {"event": "something.happened", "level": "info", "number": 1} | dict.fromkeys(HIDDEN, "[hidden]")
    bound = {"token": "[hidden]", "account": "example"}
    assert second == {"event": "something.else", "level": "warning"} | bound
    assert third == {"event": "it says a word", "level": "warning"} | bound


async def test_a_failure_is_one_line_with_its_trace_and_without_what_was_in_it(tmp_path: Path) -> None:
    text = await logged(_log_a_failure, folder=tmp_path)
    ours, theirs = (json.loads(line) for line in text.splitlines())
    assert (ours["event"], ours["level"], ours["token"]) == ("something.failed", "error", "[hidden]")
    assert (theirs["event"], theirs["level"]) == ("It failed.", "error")
    for line in (ours, theirs):
        assert line["exception"].startswith("Traceback (most recent call last):")
        assert line["exception"].endswith("ValueError: 8")
    assert "hush" not in text


async def test_on_a_terminal_a_failure_shows_no_variables(tmp_path: Path) -> None:
    text = await shown_on_a_terminal(tmp_path)
    assert "something.failed" in text
    assert "ValueError: 8" in text
    assert "[hidden]" in text
    assert "hush" not in text
    with pytest.raises(json.JSONDecodeError):
        json.loads(text.splitlines()[0])


async def shown_on_a_terminal(folder: Path) -> str:
    """The output of a process whose standard error is a terminal."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    shown: list[bytes] = []
    loop = asyncio.get_running_loop()
    loop.add_reader(ours, lambda: shown.append(os.read(ours, 1 << 16)))
    try:
        await logged(_on_a_terminal, os.ttyname(theirs), folder=folder)
        with suppress(BlockingIOError):
            shown.append(os.read(ours, 1 << 16))
    finally:
        loop.remove_reader(ours)
        os.close(theirs)
        os.close(ours)
    return b"".join(shown).decode()


def _on_a_terminal(name: str) -> None:
    os.dup2(os.open(name, os.O_RDWR | os.O_NOCTTY), 2)
    _log_a_failure()


async def test_libraries_do_not_repeat_what_our_own_events_tell(tmp_path: Path) -> None:
    (line,) = (await logged(_log_noise, folder=tmp_path)).splitlines()
    assert json.loads(line)["event"] == "kept"


async def test_a_warning_of_python_is_one_line_of_the_log(tmp_path: Path) -> None:
    (line,) = (await logged(_warn, folder=tmp_path)).splitlines()
    assert (json.loads(line)["level"], "RuntimeWarning: mind this" in line) == ("warning", True)
