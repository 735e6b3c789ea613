"""Told to end, a process finishes what it is doing, sends its clients elsewhere, and is gone within ten seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import pytest
from websockets.exceptions import ConnectionClosed

from models.database.connection import fetch
from models.tables import Delivery, PurchaseState
from tests.support.answers import codes
from tests.support.company import Company
from tests.support.held_payments import GO_ON, HELD_AFTER_CHARGE, HELD_FOR_A_WHILE, until_held
from tests.support.installation import WORKER_ENDED, Installation, UsherProcess
from tests.support.licensing import id_of
from tests.support.paying import pay, paying
from tests.support.refusals import document
from tests.support.seats_feed import SEATS, next_update
from tests.support.smtp import HANG, MailServer
from tests.support.streams import EVENTS, PARTS, streamed
from tests.support.waiting import until, until_told

ENDS_WITHIN = 10.0
HALF_A_HEADER = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Le"
HALF_A_BODY = (
    "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    'Content-Length: 100\r\nExpect: 100-continue\r\n\r\n{"query": '
)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize("workers", [1, 2])
async def test_what_runs_is_answered_and_who_follows_is_told_to_reconnect(
    installation: Installation, company: Company, workers: int
) -> None:
    await company.put_in_cart(PRO=3)
    purchase = await company.validate()
    server = await installation.serve(held=True, workers=workers)
    token = await company.access_token()
    async with installation.client(server, token) as client, installation.client(server, token) as idle:
        await idle.run("{ packages { code } }")
        async with client.live() as socket, asyncio.TaskGroup() as calls:
            await socket.subscribe(SEATS)
            await next_update(socket)
            paying = calls.create_task(pay(client, purchase, paymentMethod=HELD_FOR_A_WHILE))
            await until_held(installation.folder, 1)
            server.terminate()
            with pytest.raises(ConnectionClosed) as closed:
                await socket.receive()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
            await until_told(server.refuses)
            assert not paying.done()
            (installation.folder / GO_ON).touch()
            answer = await paying
        await ends(server)
    assert answer["__typename"] == "PurchaseProceeded"
    assert answer["purchase"]["state"] == "COMPLETED"
    assert len(WORKER_ENDED.findall(server.printed)) == workers
    await purchase.refresh_from_db()
    assert purchase.state is PurchaseState.COMPLETED


@pytest.mark.parametrize("accept", [EVENTS, PARTS])
async def test_streams_end_at_once_and_without_their_end_so_that_clients_ask_elsewhere(
    installation: Installation, company: Company, accept: str
) -> None:
    await company.put_in_cart(PRO=3)
    purchase = await company.validate()
    server = await installation.serve(held=True)
    async with installation.client(server, await company.access_token()) as client, asyncio.TaskGroup() as calls:
        async with streamed(client, SEATS, accept) as stream:
            await stream.until("snapshot")
            await stream.until("\n" if accept == EVENTS else "--graphql")
            paying = calls.create_task(pay(client, purchase, paymentMethod=HELD_FOR_A_WHILE))
            await until_held(installation.folder, 1)
            server.terminate()
            assert await stream.rest() in {"", "\n"}
            assert not paying.done()
        # Had the stream lasted for as long as calls may, this one would be cut off.
        (installation.folder / GO_ON).touch()
        assert (await paying)["__typename"] == "PurchaseProceeded"
    await ends(server)
    assert "Traceback" not in server.printed


async def test_nobody_keeps_it_from_ending(
    installation: Installation, company: Company, mail_server: MailServer, database_url: str
) -> None:
    """A mail server that hangs, requests that stop half way, a hanging provider, and a call that waits for a lock."""
    await company.buy(PRO=3)
    await company.put_in_cart(PRO=1)
    purchase = await company.validate()
    mail_server.answer("DATA", HANG)
    server = await installation.serve(held=True, workers=2)
    await until(lambda: len(mail_server.tries) == 1)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(installation.client(server, await company.access_token()))
        await stack.enter_async_context(half_a_request(server, HALF_A_HEADER))
        await stack.enter_async_context(half_a_request(server, HALF_A_BODY, answer=CONTINUE))
        held = paying(purchase, paymentMethod=HELD_AFTER_CHARGE)
        in_vain = [asyncio.create_task(client.post(document("proceedToPurchase", ""), input=held))]
        await until_held(installation.folder, 1)
        await stack.enter_async_context(locked_accounts(database_url))
        wanted = {"userId": id_of(company.users[0]), "packageId": id_of(company.packages["PRO"])}
        in_vain.append(asyncio.create_task(client.post(document("assignLicense", ""), input=wanted)))
        await until_told(somebody_waits)
        server.terminate()
        await ends(server)
        answers = await asyncio.gather(*in_vain)
    for answer in answers:
        assert codes(answer) == ["UNAVAILABLE"], answer


async def test_a_relay_ends_though_the_mail_server_hangs_and_leaves_the_rest_to_others(
    installation: Installation, company: Company, mail_server: MailServer
) -> None:
    await company.buy(PRO=3)
    for user in company.users:
        await company.assign(user, "PRO")
    mail_server.answer("DATA", HANG)
    relay = await installation.relay()
    await until(lambda: len(mail_server.tries) == 1)
    relay.terminate()
    await ends(relay)
    left = await Delivery.filter(sent_at=None, failed_at=None)
    # The one that may have arrived, and the four that nobody has tried.
    assert sorted((delivery.leased_until is not None, delivery.attempts) for delivery in left) == [
        (False, 0),
        (False, 0),
        (False, 0),
        (False, 0),
        (True, 1),
    ]


async def ends(process: UsherProcess) -> None:
    """Wait until a process that was told to end has."""
    async with asyncio.timeout(ENDS_WITHIN):
        await process.process.wait()


@asynccontextmanager
async def half_a_request(server: UsherProcess, text: str, answer: bytes = b"") -> AsyncIterator[None]:
    """A connection that sends this and no more, and first waits for an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(text.encode())
    try:
        assert await reader.readexactly(len(answer)) == answer
        yield
    finally:
        writer.close()


@asynccontextmanager
async def locked_accounts(database_url: str) -> AsyncIterator[None]:
    """Have everything that changes an account wait."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM accounts FOR UPDATE")
            yield
    finally:
        await connection.close()


async def somebody_waits() -> bool:
    """Whether a statement waits for a lock."""
    waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(await fetch(waiting))
