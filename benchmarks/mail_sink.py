"""A mail server that takes everything and keeps nothing: `python -m benchmarks.mail_sink MAILS`.

It prints its port, and once it has taken so many mails the seconds from the first to the last.
"""

import asyncio
import os
import sys
import time

GREETING = b"220 sink ESMTP\r\n"
EXTENSIONS = b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
OK = b"250 OK\r\n"
GO_ON = b"354 Go on\r\n"
BYE = b"221 Bye\r\n"
END = b"\r\n.\r\n"


class Sink:
    """Counts the mails of all connections."""

    def __init__(self, mails: int) -> None:
        self._mails = mails
        self._taken = 0
        self._began = 0.0
        self._seconds: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def seconds(self) -> float:
        """From the first mail to the last."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        return await self._seconds

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        while line := await reader.readline():
            command = line[:4].upper()
            if command == b"DATA":
                writer.write(GO_ON)
                await reader.readuntil(END)
                self._count()
            writer.write({b"EHLO": EXTENSIONS, b"QUIT": BYE}.get(command, OK))
        writer.close()

    def _count(self) -> None:
        self._taken += 1
        now = time.perf_counter()
        if self._taken == 1:
            self._began = now
        if self._taken == self._mails:
            self._seconds.set_result(now - self._began)


async def _run(mails: int) -> None:
    print(await Sink(mails).seconds(), flush=True)
    # The connections are not ended one by one.
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1])))
