"""addToCart over HTTP."""

import asyncio

from api.schema.ids import encode_id
from models.database.connection import fetch
from tests.support.carts import cart_version, shown_cart
from tests.support.client import Client
from tests.support.company import Company
from tests.support.refusals import (
    assert_bad_variables,
    assert_invalid,
    assert_not_found,
    assert_unauthenticated,
    wrong_ids,
)
from tests.support.shown import CART
from tests.support.unchanged import nothing_changes

CHANGED = f"... on CartChanged {{ cart {CART} }}"
TOO_MANY = "The cart would hold more than 10000 of this package."


def package_id(company: Company, code: str) -> str:
    return encode_id("Package", company.packages[code].id)


async def stored_lines(company: Company) -> dict[str, int]:
    rows = await fetch(
        "SELECT package.code, line.quantity, line.account_id FROM cart_lines AS line"
        " JOIN packages AS package ON package.id = line.package_id WHERE line.user_id = $1",
        company.administrator.id,
    )
    assert {row["account_id"] for row in rows} <= {company.account_id}
    return {row["code"]: row["quantity"] for row in rows}


async def test_the_first_package_makes_the_cart_and_moves_nothing_else(admin: Client, company: Company) -> None:
    async with nothing_changes("carts", "cart_lines"):
        answer = await admin.mutate("addToCart", CHANGED, packageId=package_id(company, "PRO"), quantity=2)
    assert answer == {"__typename": "CartChanged", "cart": await shown_cart(company, 1, PRO=2)}
    assert answer["cart"]["total"] == {"amount": "498.00", "currency": "CAD"}
    assert await stored_lines(company) == {"PRO": 2}


async def test_a_package_that_is_in_the_cart_gets_the_sum(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    answer = await admin.mutate("addToCart", CHANGED, packageId=package_id(company, "PRO"), quantity=3)
    assert answer == {"__typename": "CartChanged", "cart": await shown_cart(company, 2, PRO=5)}
    assert await stored_lines(company) == {"PRO": 5}


async def test_lines_stand_in_the_order_of_tiers_however_they_were_added(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=1, ADVANCED=4)
    answer = await admin.mutate("addToCart", CHANGED, packageId=package_id(company, "ECO"), quantity=2)
    assert answer["cart"] == await shown_cart(company, 3, ECO=2, ADVANCED=4, PRO=1)
    assert answer["cart"]["total"]["amount"] == "965.00"


async def test_ten_thousand_seats_fit(admin: Client, company: Company) -> None:
    answer = await admin.mutate("addToCart", CHANGED, packageId=package_id(company, "PRO"), quantity=10_000)
    assert answer["cart"] == await shown_cart(company, 1, PRO=10_000)
    assert answer["cart"]["total"]["amount"] == "2490000.00"


async def test_a_sum_of_ten_thousand_fits_and_one_more_does_not(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=9_999)
    await assert_invalid(admin, "addToCart", {"quantity": TOO_MANY}, packageId=package_id(company, "PRO"), quantity=2)
    answer = await admin.mutate("addToCart", CHANGED, packageId=package_id(company, "PRO"), quantity=1)
    assert answer["cart"] == await shown_cart(company, 2, PRO=10_000)


async def test_each_administrator_fills_a_cart_of_their_own(
    admin: Client, company: Company, other_company: Company
) -> None:
    await other_company.put_in_cart(ECO=7)
    answer = await admin.mutate("addToCart", CHANGED, packageId=package_id(company, "ECO"), quantity=1)
    assert answer["cart"] == await shown_cart(company, 1, ECO=1)
    assert await cart_version(other_company.administrator) == 1


async def test_additions_at_once_are_all_counted(admin: Client, company: Company) -> None:
    added = [
        admin.mutate("addToCart", CHANGED, packageId=package_id(company, code), quantity=1)
        for code in ["ECO", "PRO"] * 6
    ]
    answers = await asyncio.gather(*added)
    assert {answer["__typename"] for answer in answers} == {"CartChanged"}
    assert sorted(int(answer["cart"]["version"]) for answer in answers) == list(range(1, 13))
    assert await stored_lines(company) == {"ECO": 6, "PRO": 6}


async def test_additions_at_once_never_pass_the_limit(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=9_995)
    added = [admin.mutate("addToCart", "", packageId=package_id(company, "PRO"), quantity=1) for _ in range(10)]
    names = [answer["__typename"] for answer in await asyncio.gather(*added)]
    assert sorted(names) == ["CartChanged"] * 5 + ["InvalidInputError"] * 5
    assert await stored_lines(company) == {"PRO": 10_000}


async def test_a_quantity_out_of_range_is_refused(admin: Client, company: Company) -> None:
    bad = {"quantity": "A whole number from 1 to 10000."}
    for quantity in [0, -1, 10_001, 2_147_483_647, -2_147_483_648]:
        await assert_invalid(admin, "addToCart", bad, packageId=package_id(company, "PRO"), quantity=quantity)


async def test_an_id_that_leads_nowhere_is_not_found(admin: Client, company: Company) -> None:
    for given in [*wrong_ids("Package"), encode_id("User", company.administrator.id)]:
        await assert_not_found(admin, "addToCart", "Package", given, packageId=given, quantity=1)


async def test_a_package_off_sale_is_not_found(admin: Client, company: Company) -> None:
    await fetch("UPDATE packages SET on_sale = false WHERE code = 'ECO'")
    try:
        given = package_id(company, "ECO")
        await assert_not_found(admin, "addToCart", "Package", given, packageId=given, quantity=1)
    finally:
        await fetch("UPDATE packages SET on_sale = true WHERE code = 'ECO'")


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    for given in [package_id(company, "PRO"), "malformed"]:
        await assert_unauthenticated(client, "addToCart", packageId=given, quantity=1)


async def test_values_of_a_wrong_type_are_a_top_level_error(admin: Client, company: Company) -> None:
    for wrong in [
        {"quantity": "1"},
        {"quantity": 1.5},
        {"quantity": True},
        {"quantity": None},
        {"quantity": [1, 2]},
        {"quantity": 2_147_483_648},
        {"packageId": None},
        {"packageId": {"id": "x"}},
        {"packageId": True},
        {"price": "0.00"},
    ]:
        values = {"packageId": package_id(company, "PRO"), "quantity": 1} | wrong
        await assert_bad_variables(admin, "addToCart", **values)
