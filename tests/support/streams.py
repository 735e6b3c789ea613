"""Subscriptions over plain HTTP, read byte by byte as they come."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.support.client import Client
from tests.support.seats_feed import Update, update_of
from tests.support.waiting import COMES_WITHIN

EVENTS = "text/event-stream"
# The Accept header that Apollo Client 4 sends with a subscription.
PARTS = (
    "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9"
)
BOUNDARY = "\r\n--graphql"


@dataclass
class Stream:
    """An answer that goes on."""

    response: httpx2.Response
    pieces: AsyncIterator[str]
    buffer: str = ""

    async def until(self, mark: str) -> str:
        """The text before the next mark, which is taken as well. Raises EOFError at the end of the body."""
        async with asyncio.timeout(COMES_WITHIN):
            while mark not in self.buffer:
                piece = await anext(self.pieces, None)
                if piece is None:
                    raise EOFError(self.buffer)
                self.buffer += piece
        found, _, self.buffer = self.buffer.partition(mark)
        return found

    async def rest(self) -> str:
        """The text up to the end of the body."""
        async with asyncio.timeout(COMES_WITHIN):
            return self.buffer + "".join([piece async for piece in self.pieces])

    async def next(self) -> dict[str, Any]:
        """The next event, which must be a result."""
        event, data = (await self.until("\n\n")).split("\n")
        assert event == "event: next"
        assert data.startswith("data: ")
        return json.loads(data.removeprefix("data: "))

    async def next_update(self) -> Update:
        """The next event as an update of the seat counts; fails on anything else."""
        result = await self.next()
        assert list(result) == ["data"], result
        return update_of(result["data"]["seatCountsChanged"])

    async def part(self) -> dict[str, Any]:
        """The next part of a multipart body."""
        header, _, body = (await self.until(BOUNDARY)).partition("\r\n\r\n")
        assert header == "\r\nContent-Type: application/json"
        return json.loads(body)


@asynccontextmanager
async def streamed(client: Client, query: str, accept: str = EVENTS, **variables: Any) -> AsyncIterator[Stream]:
    """The response to a client that accepts this media type."""
    body = {"query": query, "variables": variables}
    async with client.http.stream("POST", "/graphql", json=body, headers={"accept": accept}) as response:
        yield Stream(response, response.aiter_text())
