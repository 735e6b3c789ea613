"""A mail server that is down for an hour, in the time of the database: nothing is lost, and the order is kept."""

from datetime import timedelta
from email.message import EmailMessage

import asyncpg
import pytest
from structlog.testing import capture_logs

from jobs.relay import Relay
from mailers.compose import compose
from mailers.config import MailConfig
from models.database.clock import now
from models.database.connection import fetch
from models.operations.licensing.remove_license import remove_license
from models.tables import Delivery, User
from tests.conftest import METRICS_TOKEN
from tests.jobs.conftest import RelayTo
from tests.support.client import Client
from tests.support.company import Company
from tests.support.mails import run_until_idle
from tests.support.running import free_port
from tests.support.smtp import MailServer

STEP = timedelta(minutes=1)
ASSIGNED = "A license has been assigned to you: Eco"
REMOVED = "Your license has been removed: Eco"


async def time_passes(step: timedelta) -> None:
    """Let whatever waits have waited so much longer."""
    await fetch(
        "UPDATE deliveries SET due_at = due_at - $1::interval, leased_until = leased_until - $1::interval", step
    )


async def give_and_take(company: Company, user: User) -> None:
    """Give a seat and take it back: two notices, which make sense in one order alone."""
    license = await company.assign(user, "ECO")
    await remove_license(company.viewer, license_id=license.id)


async def waiting(client: Client) -> dict[str, int]:
    """The mail section of /readyz, but for the time, which does not pass here."""
    answer = await client.http.get("/readyz", headers={"authorization": f"Bearer {METRICS_TOKEN}"})
    assert answer.status_code == 200
    told = answer.json()["mail"]
    assert told.pop("oldest_seconds") >= 0
    return told


async def test_an_hour_without_a_mail_server_delays_and_loses_nothing(
    company: Company, relay_to: RelayTo, client: Client
) -> None:
    ann, ben, cleo = company.users
    port = free_port()
    relay = relay_to(f"smtp://127.0.0.1:{port}?starttls=never")
    await company.buy(ECO=3)
    await give_and_take(company, ann)
    tries = []
    for minute in range(60):
        if minute == 30:
            await give_and_take(company, ben)
        await relay.round(now())
        first = await Delivery.filter(recipient_id=ann.id).order_by("id").first()
        assert first is not None
        tries.append(first.attempts)
        await time_passes(STEP)
    # Tried at once, then ever less: the minutes in which it was tried.
    assert [minute for minute, (one, before) in enumerate(zip(tries, [0, *tries], strict=False)) if one > before] == [
        *(0, 1, 2, 3, 6, 13, 34),
    ]
    await give_and_take(company, cleo)
    await relay.round(now())
    # The welcome, the receipt, and of each person's two the first, which the second waits for.
    assert await waiting(client) == {"waiting": 8, "retrying": 5, "unrelayed": 0}
    assert await Delivery.filter(failed_at__isnull=False).count() == 0
    async with MailServer(port=port) as server:
        await time_passes(timedelta(hours=1))
        await run_until_idle(relay)
        taken = [(one.to, str(one.message["Subject"])) for one in server.taken]
        for user in (ann, ben, cleo):
            assert [subject for to, subject in taken if to == user.email] == [ASSIGNED, REMOVED]
        assert len(taken) == len(server.tries) == 8
        assert len({str(one.message["Message-ID"]) for one in server.taken}) == 8
    assert await waiting(client) == {"waiting": 0, "retrying": 0, "unrelayed": 0}


async def test_a_mail_that_the_database_interrupted_keeps_its_turn(
    company: Company, relay: Relay, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, *_ = company.users
    interruptions: list[Exception] = []

    async def interrupted_once(delivery: Delivery, config: MailConfig) -> EmailMessage:
        if interruptions:
            raise interruptions.pop()
        return await compose(delivery, config)

    monkeypatch.setattr("mailers.compose.compose", interrupted_once)
    await company.buy(ECO=1)
    await run_until_idle(relay)
    mail_server.tries.clear()
    interruptions.append(asyncpg.ConnectionDoesNotExistError("connection was closed"))
    await give_and_take(company, ann)
    with capture_logs() as logs:
        await run_until_idle(relay)
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == []
    assert mail_server.tries == []
    await time_passes(timedelta(seconds=6))
    await run_until_idle(relay)
    assert [str(one.message["Subject"]) for one in mail_server.taken] == [ASSIGNED, REMOVED]
