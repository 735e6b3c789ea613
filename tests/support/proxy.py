"""A way between two that a test can make silent or cut, as a network can be."""

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass
class Proxy:
    """Passes what comes on a port of 127.0.0.1 on to a Unix socket, and back; to be used with `async with`."""

    target: str
    port: int = 0
    # When one side ends a connection, the other is not told: to it the connection looks alive.
    hides_ends: bool = False
    hidden: int = 0
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _ways: set[asyncio.StreamWriter] = field(default_factory=set)
    _passing: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def connections(self) -> int:
        """How many connections there are through it."""
        return len(self._passing) // 2

    async def __aenter__(self) -> Self:
        self._open.set()
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    def stall(self) -> None:
        """Pass nothing on from now, neither way; connections can still be made, and nobody answers."""
        self._open.clear()

    def go_on(self) -> None:
        """Pass everything on again, what was held back first."""
        self._open.set()

    def cut(self) -> None:
        """End every connection at once."""
        for way in self._ways:
            way.transport.abort()
        self._ways.clear()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ways.add(writer)
        await self._open.wait()
        try:
            there, back = await asyncio.open_unix_connection(self.target)
        except OSError:
            writer.transport.abort()
            return
        self._ways.add(back)
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pass(source, sink))
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self._open.wait()
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        if self.hides_ends:
            self.hidden += 1
            return
        sink.transport.abort()
        self._ways.discard(sink)
