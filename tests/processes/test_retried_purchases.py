"""A buyer who clicks twice, asks again, or loses the process that charges them pays once, and gets the seats once."""

import asyncio
from dataclasses import dataclass

import httpx2
import pytest

from models.database.connection import fetch
from models.tables import Payment, PaymentState, Purchase, PurchaseState, SandboxCharge
from tests.support.client import Client
from tests.support.company import Company
from tests.support.held_payments import HELD_AFTER_CHARGE, HELD_BEFORE_CHARGE, until_held
from tests.support.installation import Installation, UsherProcess
from tests.support.paying import pay, pay_raw
from tests.support.waiting import until_told

NOTHING = {"ECO": (0, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (0, 0, 0)}


async def test_twenty_clicks_at_once_through_two_processes_are_one_purchase(
    installation: Installation, company: Company, admins: list[Client]
) -> None:
    await company.put_in_cart(ECO=2, PRO=3)
    purchase = await company.validate()
    answers = await asyncio.gather(*(pay_raw(client, purchase) for client in admins * 10))
    assert len(answers) == 20
    assert len(set(answers)) == 1
    assert b'"PurchaseProceeded"' in answers[0]
    await bought_once(company, purchase)
    await installation.verify()


async def test_a_retry_at_another_process_finishes_what_a_killed_one_began(
    installation: Installation, servers: list[UsherProcess], company: Company, other_company: Company
) -> None:
    for begun in await begin_and_kill(installation, company, other_company):
        token = await begun.company.access_token()
        async with Client(servers[0].url, token) as one, Client(servers[1].url, token) as other:
            answer = await pay(one, begun.purchase, paymentMethod=begun.method)
            assert answer["__typename"] == "PurchaseProceeded"
            assert await pay(other, begun.purchase, paymentMethod=begun.method) == answer
        await bought_once(begun.company, begun.purchase)
    await installation.verify()


async def test_what_nobody_retries_a_relay_finishes(
    installation: Installation, company: Company, other_company: Company
) -> None:
    killed = await begin_and_kill(installation, company, other_company)
    # The half minute after which a relay looks goes by.
    await fetch("UPDATE payments SET look_at = look_at - interval '30 seconds'")
    await installation.relay()

    async def all_settled() -> bool:
        return not await Payment.exists(state=PaymentState.PROCESSING)

    await until_told(all_settled)
    for begun in killed:
        await bought_once(begun.company, begun.purchase)
    await installation.verify()


@dataclass(frozen=True)
class Begun:
    """A purchase that a process had begun when it was killed."""

    company: Company
    purchase: Purchase
    method: str


async def begin_and_kill(installation: Installation, *companies: Company) -> list[Begun]:
    """Kill a process in the middle of two purchases: it has not yet charged for one, and has for the other."""
    server = await installation.serve("--no-relay", held=True)
    begun: list[Begun] = []
    async with asyncio.TaskGroup() as calls:
        for company, method in zip(companies, [HELD_BEFORE_CHARGE, HELD_AFTER_CHARGE], strict=True):
            await company.put_in_cart(ECO=2, PRO=3)
            begun.append(Begun(company, await company.validate(), method))
            calls.create_task(pay_in_vain(server, begun[-1]))
        await until_held(installation.folder, 2)
        await server.kill()
    assert [charge.method for charge in await SandboxCharge.all()] == [HELD_AFTER_CHARGE]
    assert await Payment.filter(state=PaymentState.PROCESSING).count() == 2
    assert [await one.company.counts() for one in begun] == [NOTHING] * 2
    return begun


async def pay_in_vain(server: UsherProcess, begun: Begun) -> None:
    """Proceed at a server that is killed before it answers."""
    async with Client(server.url, await begun.company.access_token()) as client:
        with pytest.raises(httpx2.TransportError):
            await pay(client, begun.purchase, paymentMethod=begun.method)


async def bought_once(company: Company, purchase: Purchase) -> None:
    """Fail unless the purchase was charged once, completed, and its seats are there once."""
    assert (await Purchase.get(id=purchase.id)).state is PurchaseState.COMPLETED
    (payment,) = await Payment.filter(account_id=company.account_id)
    assert payment.state is PaymentState.SUCCEEDED
    charged = await SandboxCharge.filter(payment_id=payment.id)
    assert [(charge.amount, charge.currency) for charge in charged] == [(purchase.total, purchase.currency)]
    assert await company.counts() == NOTHING | {"ECO": (2, 0, 0), "PRO": (3, 0, 0)}
