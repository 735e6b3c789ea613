"""Servers that share nothing but the database tell their subscribers the same, whoever made a change."""

import asyncio
import os
import random
import re
import signal
from contextlib import AsyncExitStack, suppress
from itertools import cycle

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.client import Client, Live
from tests.support.company import Company
from tests.support.installation import WORKS, Installation, UsherProcess
from tests.support.licensing import assign_over
from tests.support.seats_feed import SEATS, Update, next_update, recorded_updates, updates


async def test_a_change_through_one_process_reaches_the_subscribers_of_every_other(
    company: Company, admins: list[Client]
) -> None:
    await company.buy(PRO=3)
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(client.live()) for client in admins]
        for socket in sockets:
            await socket.subscribe(SEATS)
            assert (await next_update(socket))[2]["PRO"] == (3, 0, 0)
        for client, user in zip(admins, company.users, strict=False):
            assert (await assign_over(client, company, user))["__typename"] == "LicenseAssigned"
        for socket in sockets:
            assert [(await next_update(socket))[2] for _ in range(2)] == [{"PRO": (3, 1, 0)}, {"PRO": (3, 2, 0)}]


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


@pytest.mark.parametrize("seed", [1, 2])
async def test_who_moves_from_process_to_process_misses_nothing_and_gets_nothing_twice(
    company: Company, admins: list[Client], seed: int
) -> None:
    dice = random.Random(seed)
    await company.buy(PRO=3)
    seen = [await first_update(admins[0])]
    async with asyncio.TaskGroup() as background:
        background.create_task(change(admins, company, times=60))
        for client in cycle(reversed(admins)):
            async with client.live() as socket:
                await socket.subscribe(SEATS, after=str(seen[-1][0]))
                seen += await updates(socket, min(dice.randint(1, 9), 61 - len(seen)))
            if len(seen) == 61:
                break
    assert seen[1:] == await recorded_updates(company, after=seen[0][0])


async def test_who_loses_a_killed_process_goes_on_at_another_without_a_gap(
    installation: Installation, company: Company, admins: list[Client]
) -> None:
    await company.buy(PRO=3)
    doomed = await installation.serve("--no-relay")
    async with asyncio.TaskGroup() as background:
        async with installation.client(doomed, admins[0].token) as client, client.live() as socket:
            await socket.subscribe(SEATS)
            seen = [await next_update(socket)]
            await change([client, *admins], company, times=10)
            changing = background.create_task(change(admins, company, times=60))
            seen += await updates(socket, 15)
            await doomed.kill()
            assert not changing.done()
            with suppress(ConnectionClosed):
                while True:
                    seen.append(await next_update(socket))
        async with admins[1].live() as socket:
            await socket.subscribe(SEATS, after=str(seen[-1][0]))
            seen += await updates(socket, 71 - len(seen))
    assert seen[1:] == await recorded_updates(company, after=seen[0][0])


async def test_a_worker_that_dies_is_started_again(server_of_two_workers: UsherProcess, company: Company) -> None:
    server = server_of_two_workers
    await company.buy(PRO=3)
    token = await company.access_token()
    doomed, other = server.workers
    started = len(WORKS.findall(server.printed))
    async with AsyncExitStack() as stack:
        _, socket = await connect_to(server, doomed, token, stack)
        await socket.subscribe(SEATS)
        version, _, _ = await next_update(socket)
        os.kill(doomed, signal.SIGKILL)
        with pytest.raises(ConnectionClosed):
            await socket.receive()
    await company.assign(company.users[0], "PRO")
    await server.ready(re.compile(rf"Child process \[{doomed}\] died"))
    await server.ready(WORKS, started + 1)
    assert server.workers[0] == other
    async with AsyncExitStack() as stack:
        (new,) = server.workers[1:]
        _, socket = await connect_to(server, new, token, stack)
        await socket.subscribe(SEATS, after=str(version))
        assert await next_update(socket) == (version + 1, False, {"PRO": (3, 1, 0)})


async def connect_to(server: UsherProcess, worker: int, token: str, stack: AsyncExitStack) -> tuple[Client, Live]:
    """A client and a socket of one of the workers."""
    with server.alone(worker):
        client = await stack.enter_async_context(Client(server.url, token))
        # The connection that this leaves is used by the next call.
        await client.run("{ packages { code } }")
        return client, await stack.enter_async_context(client.live())


async def first_update(client: Client) -> Update:
    """The snapshot that a new follower gets."""
    async with client.live() as socket:
        await socket.subscribe(SEATS)
        return await next_update(socket)


async def change(clients: list[Client], company: Company, times: int) -> None:
    """Give and take a seat so many times, each time through the next client."""
    license_id = None
    for _, client in zip(range(times), cycle(clients), strict=False):
        if license_id is None:
            license_id = (await assign_over(client, company, company.users[0]))["license"]["id"]
        else:
            answer = await client.mutate("removeLicense", "", licenseId=license_id)
            assert answer["__typename"] == "LicenseRemoved", answer
            license_id = None
