"""A change through one server process reaches the subscribers of every other."""

import asyncio
from contextlib import AsyncExitStack

from api.ids import encode_id
from tests.support.company import Company
from tests.support.installation import Installation
from tests.support.seats_feed import SEATS, next_update


async def test_a_change_through_one_process_reaches_the_subscribers_of_every_other(
    installation: Installation, company: Company
) -> None:
    await company.buy(PRO=3)
    token = await company.access_token()
    servers = await asyncio.gather(installation.serve("--no-relay"), installation.serve("--no-relay"))
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(installation.client(server, token)) for server in servers]
        sockets = [await stack.enter_async_context(client.live()) for client in clients]
        for socket in sockets:
            await socket.subscribe(SEATS)
            assert (await next_update(socket))[2]["PRO"] == (3, 0, 0)
        for client, user in zip(clients, company.users, strict=False):
            answer = await client.mutate(
                "assignLicense",
                "",
                userId=encode_id("User", user.id),
                packageId=encode_id("Package", company.packages["PRO"].id),
            )
            assert answer["__typename"] == "LicenseAssigned"
        for socket in sockets:
            assert [(await next_update(socket))[2] for _ in range(2)] == [{"PRO": (3, 1, 0)}, {"PRO": (3, 2, 0)}]
