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

# Seconds. Proxies close idle connections, most of them after 30 or 60 seconds.
BEAT_EVERY = 12.0
# Seconds that a client may take to accept a message.
TAKEN_WITHIN = 20.0
JSON_TYPES = {"application/json", "application/graphql-response+json"}
NO_STREAM_LISTED = (
    "A subscription is answered by a stream: connect a WebSocket (graphql-transport-ws), or send"
    " Accept: text/event-stream, or Accept: multipart/mixed;subscriptionSpec=1.0."
)
HEADERS = {"cache-control": "no-store, no-transform", "x-accel-buffering": "no"}


@dataclass(frozen=True)
class Framing:
    """The framing of results in a body. A body without `end` was cut off, and clients reconnect."""

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
    # The boundary is sent with the part that it ends: without it a client waits.
    result=lambda text: _part(f'{{"payload":{text}}}'),
    beat=_part("{}"),
    end="--\r\n",
)


@lru_cache(50)
def wants_events(accept: str) -> bool:
    """Whether every response must be an event stream: JSON is preferred if the client accepts it as well."""
    listed = {media_type for media_type, _ in accepted(accept)}
    return EVENTS.media_type in listed and not listed & JSON_TYPES


def framing_of_subscription(accept: str) -> Framing | None:
    """The framing of a subscription: the best ranked stream that a client accepts; None if it accepts none.

    A subscription has no response in JSON, so accepting JSON as well changes nothing.
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
    """Streams results until there are no more, the client disconnects, or the process shuts down.

    A short outage or the shutdown leaves the body without its end, and clients then reconnect.
    """

    def __init__(
        self,
        results: AsyncGenerator[Any, None],
        write: Callable[[Any], str],
        framing: Framing,
        shutdown: asyncio.Event,
    ) -> None:
        super().__init__(headers={"content-type": framing.media_type, **HEADERS})
        del self.headers["content-length"]
        self._results = results
        self._write = write
        self._framing = framing
        self._shutdown = shutdown
        self._sending = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the whole stream."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        tasks = [
            asyncio.create_task(work)
            for work in (
                self._send_results(send),
                self._send_beats(send),
                _until_disconnected(receive),
                self._shutdown.wait(),
            )
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        # If the client accepts nothing any more, the connection is closed.
        with suppress(TimeoutError):
            for task in done:
                task.result()
            await self._send(send, "", more=False)

    async def aclose(self) -> None:
        """Stop the subscription of a stream that is not sent."""
        await self._results.aclose()

    async def _send_results(self, send: Send) -> None:
        await self._send(send, self._framing.begin)
        async with aclosing(self._results) as results:
            async for result in results:
                if any(map(is_temporary, result.errors or [])):
                    return
                await self._send(send, self._framing.result(self._write(result)))
        await self._send(send, self._framing.end)

    async def _send_beats(self, send: Send) -> None:
        while True:
            await asyncio.sleep(BEAT_EVERY)
            await self._send(send, self._framing.beat)

    async def _send(self, send: Send, text: str, *, more: bool = True) -> None:
        """Send a part of the body. Raises TimeoutError if the client does not accept it in time."""
        async with self._sending, asyncio.timeout(TAKEN_WITHIN):
            await send({"type": "http.response.body", "body": text.encode(), "more_body": more})


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
