"""The relay runs in all of the processes, in some, or in none: each notice is sent, and once."""

import asyncio
from collections import Counter
from itertools import cycle

from models.database.connection import fetch
from tests.support.client import Client
from tests.support.company import Company
from tests.support.installation import Installation
from tests.support.licensing import assign_over
from tests.support.notices import everything_is_sent, message_ids, notices
from tests.support.smtp import MailServer


async def test_without_a_relay_nothing_is_sent_and_one_that_comes_later_sends_all(
    installation: Installation, company: Company, admins: list[Client], mail_server: MailServer
) -> None:
    await company.buy(PRO=3)
    for user, client in zip(company.users, cycle(admins), strict=False):
        assert (await assign_over(client, company, user))["__typename"] == "LicenseAssigned"
    assert await fetch("SELECT id FROM events WHERE relayed_at IS NOT NULL") == []
    assert await notices() == []
    await installation.relay()
    await everything_is_sent()
    told = [user.email for user in [company.administrator, *company.users]]
    # The administrator is welcomed, and gets a receipt.
    assert sorted(mail.to for mail in mail_server.tries) == sorted([*told, company.administrator.email])
    assert sorted(message_ids(mail_server)) == await notices()


async def test_of_three_relays_one_sends_each_notice(
    installation: Installation, company: Company, admins: list[Client], mail_server: MailServer
) -> None:
    for number in range(117):
        await company.add_user(f"user{number}")
    await company.buy(PRO=120)
    relays = await asyncio.gather(installation.serve(), installation.relay(), installation.relay())
    await everything_is_sent()
    mail_server.tries.clear()
    logged = [len(relay.printed) for relay in relays]
    waiting = iter(company.users)

    async def assign(client: Client) -> None:
        for user in waiting:
            assert (await assign_over(client, company, user))["__typename"] == "LicenseAssigned"

    await asyncio.gather(*(assign(client) for client in admins * 4))
    await everything_is_sent()
    assert Counter(mail.to for mail in mail_server.tries) == Counter(user.email for user in company.users)
    assert len(set(message_ids(mail_server))) == 120
    assert sum("mail.sent" in relay.printed[start:] for relay, start in zip(relays, logged, strict=True)) > 1
    await installation.verify()
