"""removeFromCart over HTTP."""

import asyncio

from api.schema.ids import encode_id
from models.database.ids import new_id
from models.tables import Role
from tests.support.carts import cart_version, line_ids, shown_cart
from tests.support.client import Client
from tests.support.company import Company
from tests.support.refusals import (
    assert_bad_variables,
    assert_not_found,
    assert_not_permitted,
    assert_unauthenticated,
    wrong_ids,
)
from tests.support.shown import CART
from tests.support.unchanged import nothing_changes

CHANGED = f"... on CartChanged {{ cart {CART} }}"


async def test_the_line_is_gone_and_the_others_stay(admin: Client, company: Company) -> None:
    await company.put_in_cart(ECO=3, PRO=2)
    line = (await line_ids(company.administrator))["PRO"]
    async with nothing_changes("carts", "cart_lines"):
        answer = await admin.mutate("removeFromCart", CHANGED, cartLineId=line)
    assert answer == {"__typename": "CartChanged", "cart": await shown_cart(company, 3, ECO=3)}
    assert answer["cart"]["total"] == {"amount": "180.00", "currency": "CAD"}
    assert list(await line_ids(company.administrator)) == ["ECO"]


async def test_the_last_line_leaves_an_empty_cart(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    line = (await line_ids(company.administrator))["PRO"]
    answer = await admin.mutate("removeFromCart", CHANGED, cartLineId=line)
    assert answer["cart"] == {
        "id": encode_id("Cart", company.administrator.id),
        "version": "2",
        "total": {"amount": "0.00", "currency": "CAD"},
        "lines": [],
    }


async def test_a_line_that_is_gone_is_not_found(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    line = (await line_ids(company.administrator))["PRO"]
    await admin.mutate("removeFromCart", "", cartLineId=line)
    await assert_not_found(admin, "removeFromCart", "CartLine", line, cartLineId=line)


async def test_of_removals_at_once_one_removes(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    line = (await line_ids(company.administrator))["PRO"]
    removed = [admin.mutate("removeFromCart", "", cartLineId=line) for _ in range(10)]
    names = [answer["__typename"] for answer in await asyncio.gather(*removed)]
    assert sorted(names) == ["CartChanged"] + ["NotFoundError"] * 9
    assert await cart_version(company.administrator) == 2


async def test_an_id_that_leads_nowhere_is_not_found(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    for given in [*wrong_ids("CartLine"), encode_id("CartLine", company.packages["PRO"].id)]:
        await assert_not_found(admin, "removeFromCart", "CartLine", given, cartLineId=given)


async def test_a_line_of_another_account_is_not_found(
    admin: Client, company: Company, other_company: Company
) -> None:
    await other_company.put_in_cart(PRO=2)
    line = (await line_ids(other_company.administrator))["PRO"]
    await assert_not_found(admin, "removeFromCart", "CartLine", line, cartLineId=line)


async def test_a_line_of_a_colleague_is_not_found(client: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    line = (await line_ids(company.administrator))["PRO"]
    colleague = await company.add_user("Dora", role=Role.ADMINISTRATOR)
    async with client.signed_in(await company.access_token(colleague)) as dora:
        await assert_not_found(dora, "removeFromCart", "CartLine", line, cartLineId=line)


async def test_a_standard_user_may_not(standard: Client, company: Company) -> None:
    line = encode_id("CartLine", new_id())
    await assert_not_permitted(standard, "removeFromCart", "PURCHASE", cartLineId=line)


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    for given in [encode_id("CartLine", new_id()), "malformed"]:
        await assert_unauthenticated(client, "removeFromCart", cartLineId=given)


async def test_an_id_of_a_wrong_type_is_a_top_level_error(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    for wrong in [None, True, 1.5, ["x", "y"], {"id": "x"}]:
        await assert_bad_variables(admin, "removeFromCart", cartLineId=wrong)
