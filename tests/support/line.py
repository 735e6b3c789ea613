"""A connection to the server by hand: what stands on the wire."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from tests.support.company import Company

NAME = b'{"query": "{ account { name } }"}'


class Line:
    """A connection to the server, by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self.reader = reader
        self._writer = writer
        self._token = token

    def ask(self, body: bytes, *more: str, version: str = "1.1") -> bytes:
        """The bytes of a request."""
        fields = [f"POST /graphql HTTP/{version}", "Host: localhost", "Content-Type: application/json", *more]
        head = "\r\n".join([*fields, f"Authorization: Bearer {self._token}", f"Content-Length: {len(body)}"])
        return head.encode() + b"\r\n\r\n" + body

    def send(self, *requests: bytes) -> None:
        """Send requests without waiting for answers."""
        self._writer.write(b"".join(requests))

    async def answer(self) -> tuple[str, dict[str, str], bytes]:
        """The next answer: status line, fields, each of which comes once, and body."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines)
        assert len(fields) == len(lines), lines
        return first, fields, await self.reader.readexactly(int(fields.get("content-length", "0")))


@asynccontextmanager
async def line(company: Company, url: str) -> AsyncIterator[Line]:
    """A connection while the block runs."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    token = await company.access_token()
    async with asyncio.timeout(20):
        yield Line(reader, writer, token)
    writer.close()
