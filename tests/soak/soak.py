"""A business day of several accounts in which everything fails that can, and after which nothing may be missing."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from models.database.background import background_task
from tests.soak.accounts import open_accounts
from tests.soak.administrator import Account, Administrator
from tests.soak.checks import CHECKS, followers_saw_everything, logs_are_calm
from tests.soak.draining import drain
from tests.soak.faults import Faults
from tests.soak.ledger import Ledger
from tests.soak.mail_reader import MailReader
from tests.soak.people import add_user, change_role, poll, read_licenses, read_purchases, read_users, request_sign_in
from tests.soak.purchases import add_to_cart, buy, edit_cart
from tests.soak.seats import assign, change, remove, send_link, transfer
from tests.soak.site import Site, running_site
from tests.support.follower import Follower
from tests.support.patient import Patient
from tests.support.smtp import Try
from tests.support.waiting import until

# How often each is done, relative to the others.
ACTIONS: dict[Callable[[Administrator], Awaitable[None]], int] = {
    poll: 16,
    read_users: 10,
    read_licenses: 6,
    read_purchases: 3,
    assign: 20,
    change: 8,
    transfer: 6,
    remove: 9,
    send_link: 4,
    add_to_cart: 3,
    edit_cart: 3,
    buy: 8,
    add_user: 3,
    change_role: 2,
    request_sign_in: 1,
}


@dataclass(frozen=True)
class Plan:
    """How much of it: accounts, people and dashboards in each, and the average seconds between two faults."""

    seconds: float
    seed: int
    accounts: int = 4
    administrators: int = 5
    followers: int = 3
    pause: float = 3.0
    rest: float = 0.4


@dataclass
class Outcome:
    """The outcome of a run."""

    plan: Plan
    ledger: Ledger
    faults: Faults
    followers: list[Follower]
    mails: list[Try]
    wrong: list[str]
    pooled: bool


async def soak(plan: Plan, folder: Path) -> Outcome:
    """Work and fail for a while, recover, and look at what is left. `folder` is for the logs."""
    random, ledger = Random(plan.seed), Ledger()
    async with running_site(folder) as site:
        accounts = await open_accounts(site, ledger, plan.accounts)
        faults = Faults(site, ledger, [account.business for account in accounts], random, plan.pause)
        followers = [_follower(site, account, plan) for account in accounts for _ in range(plan.followers)]
        async with AsyncExitStack() as stack:
            for follower in followers:
                await stack.enter_async_context(background_task(follower.run()))
            await _work(plan, site, accounts, faults)
            left = await drain(site)
            await all_heard(site, followers)
        wrong = [*ledger.wrong, *ledger.experience.wrong, *left]
        for check in CHECKS:
            wrong += [found async for found in check(site, ledger)]
        wrong += [found async for found in followers_saw_everything(site, followers)]
        await site.stop()
        wrong += [found async for found in logs_are_calm(site, ledger)]
        return Outcome(plan, ledger, faults, followers, site.mail.tries, wrong, bool(site.poolers))


async def _work(plan: Plan, site: Site, accounts: list[Account], faults: Faults) -> None:
    ledger = faults.ledger
    admins = [
        Administrator.of(site, account, ledger, f"{plan.seed} {account.domain} {number}")
        for account in accounts
        for number in range(plan.administrators)
    ]
    random = Random(plan.seed)
    async with AsyncExitStack() as stack:
        for admin in admins:
            await stack.enter_async_context(admin.client)
        nobody = await stack.enter_async_context(Patient(lambda: site.url(random), None, ledger.experience))
        async with asyncio.TaskGroup() as group:
            for admin in admins:
                group.create_task(_administrate(site, admin, plan.rest))
            group.create_task(MailReader(site, ledger, nobody).run())
            group.create_task(faults.run())
            group.create_task(faults.trouble_mail())
            await asyncio.sleep(plan.seconds)
            site.ending = True


async def _administrate(site: Site, admin: Administrator, rest: float) -> None:
    while not site.ending:
        (action,) = admin.random.choices(list(ACTIONS), list(ACTIONS.values()))
        await action(admin)
        await admin.rest(rest)


def _follower(site: Site, account: Account, plan: Plan) -> Follower:
    random = Random(f"{plan.seed} {account.domain}")
    return Follower(lambda: site.url(random), account.business.token, account.id)


async def all_heard(site: Site, followers: list[Follower]) -> None:
    """Wait until every follower has seen the newest version of its account."""
    rows = await site.cluster.fetch(
        "SELECT account_id, max(version) AS last FROM events WHERE pools IS NOT NULL GROUP BY account_id"
    )
    last = {row["account_id"]: row["last"] for row in rows}
    await until(lambda: all(follower.version >= last.get(follower.account, 0) for follower in followers))
