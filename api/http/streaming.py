"""Subscriptions over plain HTTP: as server-sent events (graphql-sse), or in Apollo's multipart format."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http.error_format import is_temporary
from api.http.media_types import accepted, quality

# Proxies cut connections on which nothing comes, most of them after a minute or half of one.
BEAT_EVERY = 12.0
TAKEN_WITHIN = 20.0
JSON_TYPES = {"application/json", "application/graphql-response+json"}
NO_STREAM_LISTED = (
    "A subscription is answered by a stream: connect a WebSocket (graphql-transport-ws), or send"
    " Accept: text/event-stream, or Accept: multipart/mixed;subscriptionSpec=1.0."
)
HEADERS = {"cache-control": "no-store, no-transform", "x-accel-buffering": "no"}


@dataclass(frozen=True)
class Framing:
    """How results stand in a body. Without `end`, a client knows that something was cut off."""

    media_type: str
    begin: str
    result: Callable[[str], str]
    beat: str
    end: str


def _part(text: str) -> str:
    return f"\r\nContent-Type: application/json\r\n\r\n{text}\r\n--graphql"


EVENTS = Framing(
    media_type="text/event-stream",
    begin="",
    result=lambda text: f"event: next\ndata: {text}\n\n",
    beat=":\n\n",
    end="event: complete\ndata: \n\n",
)
PARTS = Framing(
    media_type='multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
    begin="--graphql",
    # The boundary comes with what it ends: until it is there, a client waits.
    result=lambda text: _part(f'{{"payload":{text}}}'),
    beat=_part("{}"),
    end="--\r\n",
)


@lru_cache(50)
def wants_events(accept: str) -> bool:
    """Whether any response is to be an event stream: a client that lists JSON as well prefers that."""
    listed = {media_type for media_type, _ in accepted(accept)}
    return EVENTS.media_type in listed and not listed & JSON_TYPES


def framing_of_subscription(accept: str) -> Framing | None:
    """How a subscription is answered: in the stream that a client lists, the better ranked of two; None without one.

    Unlike a query, it has no answer in JSON: listing that as well changes nothing.
    """
    framings = {
        (quality(parameters), -place): framing
        for place, (media_type, parameters) in enumerate(accepted(accept))
        if (framing := _framing(media_type, parameters))
    }
    return framings[max(framings)] if framings else None


def _framing(media_type: str, parameters: dict[str, str]) -> Framing | None:
    if media_type == EVENTS.media_type:
        return EVENTS
    return PARTS if media_type == "multipart/mixed" and parameters.get("subscriptionspec") == "1.0" else None


class Stream(Response):
    """Sends results as they come, until there are no more, the client is gone, or the process is to end.

    A short outage and the end of the process leave the body without its end, after which clients ask again.
    """

    def __init__(
        self,
        results: AsyncGenerator[Any, None],
        write: Callable[[Any], str],
        framing: Framing,
        ending: asyncio.Event,
    ) -> None:
        super().__init__(headers={"content-type": framing.media_type, **HEADERS})
        del self.headers["content-length"]
        self._results = results
        self._write = write
        self._framing = framing
        self._ending = ending
        self._sending = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send everything."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        tasks = [
            asyncio.create_task(work)
            for work in (self._send_results(send), self._beat(send), _until_gone(receive), self._ending.wait())
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        # Of a client that takes nothing any more the connection is cut.
        with suppress(TimeoutError):
            for task in done:
                task.result()
            await self._send(send, "", more=False)

    async def aclose(self) -> None:
        """Give up what was not sent."""
        await self._results.aclose()

    async def _send_results(self, send: Send) -> None:
        await self._send(send, self._framing.begin)
        async with aclosing(self._results) as results:
            async for result in results:
                if any(map(is_temporary, result.errors or [])):
                    return
                await self._send(send, self._framing.result(self._write(result)))
        await self._send(send, self._framing.end)

    async def _beat(self, send: Send) -> None:
        while True:
            await asyncio.sleep(BEAT_EVERY)
            await self._send(send, self._framing.beat)

    async def _send(self, send: Send, text: str, *, more: bool = True) -> None:
        """Send a piece whole. Raises TimeoutError where the client takes nothing for long."""
        async with self._sending, asyncio.timeout(TAKEN_WITHIN):
            await send({"type": "http.response.body", "body": text.encode(), "more_body": more})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
