"""Noise on WebSockets: no trace in the log, and no error that somebody would be woken for."""

import asyncio
import logging

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from tests.protocol.test_upgrades import HANDSHAKE
from tests.support.client import Client
from tests.support.company import Company
from tests.support.line import Line, line
from tests.support.waiting import until

TEXT, BINARY, CLOSE, PING = 0x81, 0x82, 0x88, 0x89
INIT = b'{"type":"connection_init"}'
BAD_SUBSCRIBE = b'{"type":"subscribe","id":"1","payload":{"query":"{"}}'


def frame(data: bytes, kind: int = TEXT, mask: bytes = b"\0\0\0\0") -> bytes:
    """A masked frame, as clients send them."""
    length = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0xFE]) + len(data).to_bytes(2, "big")
    return bytes([kind]) + length + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))


NOISE = {
    "no message, then no text": frame(b"5") + frame(b"\xff"),
    "no text": frame(b"\xc3\x28"),
    "no text, after the greeting": frame(INIT) + frame(b"\xed\xa0\x80"),
    "no message, twice": frame(b"[]") + frame(b"[]"),
    "no message, then a wrong frame": frame(b"x") + b"\xf1\x80\0\0\0\0",
    "a wrong frame": b"\xf1\x80\0\0\0\0",
    "a frame without a mask": b"\x81\x01x",
    "a frame that is too long": b"\x81\xff" + (2**40).to_bytes(8, "big") + b"\0\0\0\0",
    "a ping that is too long": bytes([PING, 0xFE, 0x01, 0x00]) + b"\0\0\0\0" + b"p" * 256,
    "a close with a wrong code": frame(b"\x03\xe7", CLOSE),
    "a close with no text": frame(b"\x03\xe8\xff", CLOSE),
    "a subscription before the greeting, then no text": frame(BAD_SUBSCRIBE) + frame(b"\xff"),
    "many operations, then no text": frame(INIT) + frame(BAD_SUBSCRIBE) * 60 + frame(b"\xff"),
    "a flood, then no text": frame(INIT) + frame(b'{"type":"ping"}') * 300 + frame(b"\xff"),
    "binary": frame(b"\x00\x01", BINARY),
}


def open_sockets() -> float:
    return REGISTRY.get_sample_value("usher_sockets") or 0.0


def internal_errors() -> float:
    return REGISTRY.get_sample_value("usher_errors_total", {"code": "INTERNAL_ERROR"}) or 0.0


async def opened(connection: Line) -> None:
    connection.send("\r\n".join(["GET /graphql HTTP/1.1", *HANDSHAKE, "", ""]).encode())
    assert (await connection.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 Switching Protocols\r\n")


@pytest.mark.parametrize("noise", NOISE)
async def test_noise_closes_its_socket_and_is_nobodys_error(
    company: Company, server_url: str, admin: Client, caplog: pytest.LogCaptureFixture, noise: str
) -> None:
    sent = NOISE[noise]
    before = internal_errors()
    with capture_logs() as logs, caplog.at_level(logging.WARNING):
        for parts in ([sent], [sent[:5], sent[5:]]):
            async with line(company, server_url) as connection:
                await opened(connection)
                for part in parts:
                    connection.send(part)
                    await asyncio.sleep(0.01)
                assert await connection.reader.read(1) != b""
            await until(lambda: open_sockets() == 0)
        assert (await admin.run("{ account { name } }"))["account"] == {"name": "Company of example.com"}
    assert internal_errors() == before
    assert [each for each in logs if each["log_level"] in {"error", "critical", "warning"}] == []
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
