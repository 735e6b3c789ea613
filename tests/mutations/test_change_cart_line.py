"""changeCartLine over HTTP."""

import asyncio

import pytest

from api.schema.ids import encode_id
from models.database.ids import new_id
from models.permissions import Permission
from models.tables import Role
from tests.support.carts import cart_version, line_ids, shown_cart
from tests.support.client import Client
from tests.support.company import Company, viewer_of_user
from tests.support.refusals import (
    assert_bad_variables,
    assert_invalid,
    assert_not_found,
    assert_not_permitted,
    assert_unauthenticated,
    wrong_ids,
)
from tests.support.shown import CART
from tests.support.unchanged import nothing_changes

CHANGED = f"... on CartChanged {{ cart {CART} }}"


async def test_the_line_has_the_new_quantity_and_keeps_its_id(admin: Client, company: Company) -> None:
    await company.put_in_cart(ECO=3, PRO=2)
    line = (await line_ids(company.administrator))["PRO"]
    async with nothing_changes("carts", "cart_lines"):
        answer = await admin.mutate("changeCartLine", CHANGED, cartLineId=line, quantity=5)
    assert answer == {"__typename": "CartChanged", "cart": await shown_cart(company, 3, ECO=3, PRO=5)}
    assert answer["cart"]["lines"][1]["id"] == line
    assert answer["cart"]["total"] == {"amount": "1425.00", "currency": "CAD"}


@pytest.mark.parametrize("quantity", [1, 10_000])
async def test_the_limits_themselves_are_allowed(admin: Client, company: Company, quantity: int) -> None:
    await company.put_in_cart(PRO=2)
    line = (await line_ids(company.administrator))["PRO"]
    answer = await admin.mutate("changeCartLine", CHANGED, cartLineId=line, quantity=quantity)
    assert answer["cart"] == await shown_cart(company, 2, PRO=quantity)


async def test_zero_removes_the_line(admin: Client, company: Company) -> None:
    await company.put_in_cart(ECO=3, PRO=2)
    line = (await line_ids(company.administrator))["ECO"]
    async with nothing_changes("carts", "cart_lines"):
        answer = await admin.mutate("changeCartLine", CHANGED, cartLineId=line, quantity=0)
    assert answer == {"__typename": "CartChanged", "cart": await shown_cart(company, 3, PRO=2)}
    await assert_not_found(admin, "changeCartLine", "CartLine", line, cartLineId=line, quantity=0)
    await assert_not_found(admin, "changeCartLine", "CartLine", line, cartLineId=line, quantity=1)


async def test_changes_at_once_follow_each_other(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=1)
    line = (await line_ids(company.administrator))["PRO"]
    changed = [admin.mutate("changeCartLine", CHANGED, cartLineId=line, quantity=n) for n in range(1, 11)]
    carts = [answer["cart"] for answer in await asyncio.gather(*changed)]
    assert sorted(int(cart["version"]) for cart in carts) == list(range(2, 12))
    newest = max(carts, key=lambda cart: int(cart["version"]))
    assert newest == await shown_cart(company, 11, PRO=newest["lines"][0]["quantity"])


async def test_a_quantity_out_of_range_is_refused(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    line = (await line_ids(company.administrator))["PRO"]
    bad = {"quantity": "A whole number from 0 to 10000."}
    for quantity in [-1, 10_001, 2_147_483_647, -2_147_483_648]:
        await assert_invalid(admin, "changeCartLine", bad, cartLineId=line, quantity=quantity)


async def test_an_id_that_leads_nowhere_is_not_found(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    for given in [*wrong_ids("CartLine"), encode_id("CartLine", company.packages["PRO"].id)]:
        for quantity in [0, 4]:
            await assert_not_found(admin, "changeCartLine", "CartLine", given, cartLineId=given, quantity=quantity)


async def test_a_line_of_another_account_is_not_found(
    admin: Client, company: Company, other_company: Company
) -> None:
    await other_company.put_in_cart(PRO=2)
    line = (await line_ids(other_company.administrator))["PRO"]
    for quantity in [0, 4]:
        await assert_not_found(admin, "changeCartLine", "CartLine", line, cartLineId=line, quantity=quantity)


async def test_a_line_of_a_colleague_is_not_found(client: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    line = (await line_ids(company.administrator))["PRO"]
    colleague = await company.add_user("Dora", role=Role.ADMINISTRATOR)
    async with client.signed_in(await company.access_token(colleague)) as dora:
        await assert_not_found(dora, "changeCartLine", "CartLine", line, cartLineId=line, quantity=4)
    assert (await viewer_of_user(colleague)).may(Permission.PURCHASE)
    assert await cart_version(colleague) == 0


async def test_a_standard_user_may_not(standard: Client, company: Company) -> None:
    line = encode_id("CartLine", new_id())
    await assert_not_permitted(standard, "changeCartLine", "PURCHASE", cartLineId=line, quantity=1)


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    for given in [encode_id("CartLine", new_id()), "malformed"]:
        await assert_unauthenticated(client, "changeCartLine", cartLineId=given, quantity=1)


async def test_values_of_a_wrong_type_are_a_top_level_error(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    line = (await line_ids(company.administrator))["PRO"]
    for wrong in [
        {"quantity": "1"},
        {"quantity": 0.5},
        {"quantity": False},
        {"quantity": None},
        {"quantity": -2_147_483_649},
        {"cartLineId": None},
        {"cartLineId": ["x"]},
        {"cartLineId": 1.5},
    ]:
        await assert_bad_variables(admin, "changeCartLine", **({"cartLineId": line, "quantity": 1} | wrong))
