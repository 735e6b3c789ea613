"""The answers of /readyz and /metrics, for one process and for several."""

import asyncio
import os
import re
import signal
from contextlib import AsyncExitStack

import httpx2

from models.database.connection import fetch
from tests.conftest import METRICS_TOKEN
from tests.support.company import Company
from tests.support.installation import SERVES, Installation, UsherProcess
from tests.support.seats_feed import SEATS, next_update
from tests.support.smtp import MailServer

TOLD_WITHIN = 20.0


async def get(server: UsherProcess, path: str) -> httpx2.Response:
    """One answer on a connection of its own, which any worker may take."""
    headers = {"authorization": f"Bearer {METRICS_TOKEN}"}
    async with httpx2.AsyncClient(base_url=server.url, headers=headers) as http:
        return await http.get(path)


async def metric(server: UsherProcess, name: str) -> float | None:
    """The value of a metric; labels are part of its name."""
    text = (await get(server, "/metrics")).text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else None


async def until_told(server: UsherProcess, name: str, value: float) -> None:
    """Wait until a metric has a value."""
    async with asyncio.timeout(TOLD_WITHIN):
        while await metric(server, name) != value:  # noqa: ASYNC110 - nothing tells when it does
            await asyncio.sleep(0.05)


async def test_an_outage_of_the_mail_server_is_told_and_its_end_as_well(
    installation: Installation, company: Company, mail_server: MailServer
) -> None:
    server = await installation.serve("--no-relay")
    # That the account is open, that its domain is approved, and three users.
    unrelayed = (await get(server, "/readyz")).json()["mail"]["unrelayed"]
    assert unrelayed == (await fetch("SELECT count(*) FROM events"))[0]["count"]
    mail_server.answer("MAIL", "451 4.3.0 Not now")
    relay = await installation.serve()
    await until_told(relay, 'usher_mails_total{outcome="put_off"}', 1)
    await until_told(server, "usher_mail_retrying", 1)
    ready = await get(server, "/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    mail = ready.json()["mail"]
    assert mail.pop("oldest_seconds") < TOLD_WITHIN
    assert mail == {"waiting": 1, "retrying": 1, "unrelayed": 0}
    mail_server.forgive()
    await fetch("UPDATE deliveries SET due_at = now()")
    await until_told(server, "usher_mail_waiting", 0)
    assert await metric(server, "usher_mail_oldest_seconds") == 0
    assert await metric(relay, 'usher_mails_total{outcome="sent"}') == 1
    assert await metric(server, "usher_database_up") == 1


async def test_workers_tell_what_they_have_as_one_and_a_killed_one_is_forgotten(
    installation: Installation, company: Company
) -> None:
    server = await installation.serve("--no-relay", workers=2)
    token = await company.access_token()
    first, second = server.workers
    async with AsyncExitStack() as stack:
        for worker, sockets in ((first, 1), (second, 2)):
            for _ in range(sockets):
                with server.alone(worker):
                    client = await stack.enter_async_context(installation.client(server, token))
                    live = await stack.enter_async_context(client.live())
                await live.subscribe(SEATS)
                await next_update(live)
        assert await metric(server, "usher_sockets") == 3
        assert await metric(server, "usher_followers") == 3
        async with installation.client(server) as nobody:
            for _ in range(5):
                await nobody.post("{ account { id } }")
        assert await metric(server, 'usher_errors_total{code="UNAUTHENTICATED"}') == 5
        started = len(SERVES.findall(server.printed))
        os.kill(second, signal.SIGKILL)
        await server.ready(SERVES, started + 1)
        assert await metric(server, "usher_sockets") == 1
