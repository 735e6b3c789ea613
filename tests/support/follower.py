"""A subscriber that reconnects as the common client library does, and goes on after what it saw last."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.support.seats_feed import SEATS, Update, update_of

# graphql-ws gives up on these, and on every close code from 1000 to 1999 but those below.
FATAL = {4004, 4005, 4400, 4401, 4406, 4409, 4429, 4500}
TEMPORARY = {1000, 1001, 1005, 1006, 1012, 1013, 1014}
TRY_AGAIN_AFTER = 0.1
SAYS_SOMETHING_WITHIN = 15.0


def is_fatal(code: int) -> bool:
    """Whether the library graphql-ws would not reconnect after this close code."""
    return code in FATAL or (1000 <= code <= 1999 and code not in TEMPORARY)


@dataclass
class Follower:
    """Follows the seat counts of an account. `find_url` tells where to connect next."""

    find_url: Callable[[], str]
    token: str
    account: UUID | None = None
    updates: list[Update] = field(default_factory=list)
    closes: Counter[int] = field(default_factory=Counter)
    resumes: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def version(self) -> int:
        """The last version seen, -1 before the first."""
        return self.updates[-1][0] if self.updates else -1

    async def run(self) -> None:
        """Follow, and reconnect whenever the connection is lost, until cancelled."""
        while True:
            with suppress(OSError, TimeoutError, WebSocketException):
                await self._follow_once()
            await asyncio.sleep(TRY_AGAIN_AFTER)

    async def _follow_once(self) -> None:
        url = f"ws{self.find_url().removeprefix('http')}/graphql"
        async with connect(
            url,
            subprotocols=["graphql-transport-ws"],  # pyright: ignore[reportArgumentType]
            open_timeout=SAYS_SOMETHING_WITHIN,
            close_timeout=1,
            proxy=None,
        ) as socket:
            try:
                await self._subscribe(socket)
                async for frame in socket:
                    if not self._take(json.loads(frame)):
                        return
            except ConnectionClosed:
                pass
            finally:
                self._note_close(socket.close_code)

    async def _subscribe(self, socket: ClientConnection) -> None:
        init = {"type": "connection_init", "payload": {"Authorization": f"Bearer {self.token}"}}
        await socket.send(json.dumps(init))
        acknowledged = json.loads(await asyncio.wait_for(socket.recv(), SAYS_SOMETHING_WITHIN))
        assert acknowledged["type"] == "connection_ack", acknowledged
        after = str(self.version) if self.updates else None
        self.resumes += after is not None
        payload = {"query": SEATS, "variables": {"after": after}}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))

    def _take(self, message: dict) -> bool:
        """Note a message; tells whether more may come."""
        if message["type"] == "next" and "errors" not in message["payload"]:
            self.updates.append(update_of(message["payload"]["data"]["seatCountsChanged"]))
            return True
        # A client would take this for the end: it does not follow again by itself.
        self.wrong.append(f"the subscription ended with {message}")
        return False

    def _note_close(self, code: int | None) -> None:
        if code is None:
            return
        self.closes[code] += 1
        if is_fatal(code):
            self.wrong.append(f"closed with {code}, after which clients do not come back")
