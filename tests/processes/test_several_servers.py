"""Servers that share nothing but the database tell their subscribers the same, whoever made a change."""

import asyncio
import random
from contextlib import AsyncExitStack, suppress
from itertools import cycle

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.client import Client
from tests.support.company import Company
from tests.support.installation import Installation
from tests.support.licensing import assign_over
from tests.support.seats_feed import SEATS, Update, next_update, recorded_updates, updates

POLL = "{ account { seatInventory { pools { package { code } assigned } } } }"


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


async def test_no_process_gives_an_answer_that_another_has_made_old(company: Company, admins: list[Client]) -> None:
    await company.buy(PRO=4)
    for assigned, user in enumerate(company.users, start=1):
        for client in admins:
            # So that the answer before the change is kept there.
            await client.run(POLL)
        assert (await assign_over(admins[assigned % len(admins)], company, user))["__typename"] == "LicenseAssigned"
        for client in admins:
            pools = (await client.run(POLL))["account"]["seatInventory"]["pools"]
            assert {pool["package"]["code"]: pool["assigned"] for pool in pools}["PRO"] == assigned


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
