"""One server with two workers: they act as one, and whichever process dies, nothing is left behind or missing."""

import os
import re
import signal
from contextlib import AsyncExitStack

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.client import Client, Live
from tests.support.company import Company
from tests.support.installation import SERVES, WORKER_ENDED, Installation, UsherProcess
from tests.support.licensing import assign_over
from tests.support.seats_feed import SEATS, next_update
from tests.support.waiting import until


async def test_a_change_through_one_worker_reaches_the_subscribers_of_the_other(
    server_of_two_workers: UsherProcess, company: Company
) -> None:
    server = server_of_two_workers
    await company.buy(PRO=3)
    token = await company.access_token()
    async with AsyncExitStack() as stack:
        connected = [await connect_to(server, worker, token, stack) for worker in server.workers]
        assert len(connected) == 2
        for _, socket in connected:
            await socket.subscribe(SEATS)
            assert (await next_update(socket))[2]["PRO"] == (3, 0, 0)
        for (client, _), user in zip(connected, company.users, strict=False):
            assert (await assign_over(client, company, user))["__typename"] == "LicenseAssigned"
        for _, socket in connected:
            assert [(await next_update(socket))[2] for _ in range(2)] == [{"PRO": (3, 1, 0)}, {"PRO": (3, 2, 0)}]


async def test_a_worker_that_dies_is_started_again(server_of_two_workers: UsherProcess, company: Company) -> None:
    server = server_of_two_workers
    await company.buy(PRO=3)
    token = await company.access_token()
    doomed, other = server.workers
    started = len(SERVES.findall(server.printed))
    async with AsyncExitStack() as stack:
        _, socket = await connect_to(server, doomed, token, stack)
        await socket.subscribe(SEATS)
        version, _, _ = await next_update(socket)
        os.kill(doomed, signal.SIGKILL)
        with pytest.raises(ConnectionClosed):
            await socket.receive()
    await company.assign(company.users[0], "PRO")
    await server.ready(re.compile(rf"Child process \[{doomed}\] died"))
    await server.ready(SERVES, started + 1)
    assert server.workers[0] == other
    async with AsyncExitStack() as stack:
        (new,) = server.workers[1:]
        _, socket = await connect_to(server, new, token, stack)
        await socket.subscribe(SEATS, after=str(version))
        assert await next_update(socket) == (version + 1, False, {"PRO": (3, 1, 0)})


async def test_workers_whose_parent_was_killed_end_by_themselves(
    standing: Installation, server_of_two_workers: UsherProcess, company: Company
) -> None:
    server = server_of_two_workers
    async with standing.client(server, await company.access_token()) as client, client.live() as socket:
        await socket.subscribe(SEATS)
        await next_update(socket)
        server.process.kill()
        with pytest.raises(ConnectionClosed) as closed:
            await socket.receive()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    await until(lambda: len(WORKER_ENDED.findall(server.printed)) == 2)
    # Another one can take its place.
    await standing.serve("--no-relay", port=server.port)


async def connect_to(server: UsherProcess, worker: int, token: str, stack: AsyncExitStack) -> tuple[Client, Live]:
    """A client and a socket of one of the workers."""
    with server.alone(worker):
        client = await stack.enter_async_context(Client(server.url, token))
        # The connection that this leaves is used by the next call.
        await client.run("{ packages { code } }")
        return client, await stack.enter_async_context(client.live())
