"""account.cart and account.domains."""

from api.schema.ids import encode_id
from models.database.connection import fetch
from models.operations.people.add_domain import add_domain
from models.tables import Domain, Role
from tests.support.carts import cart_version, shown_cart
from tests.support.client import Client
from tests.support.company import Company, viewer_of_user
from tests.support.shown import CART, moment, money

MY_CART = f"{{ account {{ cart {CART} }} }}"
DOMAINS = "{ account { domains { id name state txtName txtValue approvedAt } } }"


async def test_a_cart_that_was_never_used_is_empty_at_version_0(admin: Client, company: Company) -> None:
    assert (await admin.run(MY_CART))["account"]["cart"] == {
        "id": encode_id("Cart", company.administrator.id),
        "version": "0",
        "lines": [],
        "total": money("0.00"),
    }


async def test_a_cart_shows_lines_lowest_tier_first_with_totals(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=3, ECO=10_000, ADVANCED=1)
    cart = (await admin.run(MY_CART))["account"]["cart"]
    version = await cart_version(company.administrator)
    assert cart == await shown_cart(company, version, ECO=10_000, ADVANCED=1, PRO=3)
    assert [line["total"]["amount"] for line in cart["lines"]] == ["600000.00", "149.00", "747.00"]
    assert cart["total"] == money("600896.00")


async def test_each_administrator_has_a_cart_of_their_own(admin: Client, company: Company) -> None:
    await company.put_in_cart(ECO=2)
    dora = await company.add_user("Dora", role=Role.ADMINISTRATOR)
    async with admin.signed_in(await company.access_token(dora)) as second:
        cart = (await second.run(MY_CART))["account"]["cart"]
    assert (cart["id"], cart["lines"]) == (encode_id("Cart", dora.id), [])
    assert len((await admin.run(MY_CART))["account"]["cart"]["lines"]) == 1


async def test_a_line_of_a_package_off_sale_is_not_shown_and_not_counted(admin: Client, company: Company) -> None:
    await company.put_in_cart(ECO=2, PRO=1)
    await fetch("UPDATE packages SET on_sale = false WHERE code = 'ECO'")
    try:
        cart = (await admin.run(MY_CART))["account"]["cart"]
    finally:
        await fetch("UPDATE packages SET on_sale = true")
    assert cart == await shown_cart(company, 2, PRO=1)


async def test_a_cart_is_empty_while_nothing_is_on_sale(admin: Client, company: Company) -> None:
    await fetch("UPDATE packages SET on_sale = false")
    try:
        cart = (await admin.run(MY_CART))["account"]["cart"]
    finally:
        await fetch("UPDATE packages SET on_sale = true")
    assert cart == await shown_cart(company, 0)


async def test_a_cart_is_in_the_currency_of_the_catalogue(admin: Client, company: Company) -> None:
    await fetch("UPDATE packages SET currency = 'EUR'")
    try:
        empty = (await admin.run(MY_CART))["account"]["cart"]
        await company.put_in_cart(ECO=2)
        cart = (await admin.run(MY_CART))["account"]["cart"]
    finally:
        await fetch("UPDATE packages SET currency = 'CAD'")
    assert empty["total"] == {"amount": "0.00", "currency": "EUR"}
    assert cart["total"] == {"amount": "120.00", "currency": "EUR"}


async def test_domains_are_listed_by_name_with_what_proves_them(
    admin: Client, company: Company, other_company: Company
) -> None:
    await add_domain(company.viewer, name="zebra.example.net")
    await add_domain(company.viewer, name="alpha.example.net")
    other = await viewer_of_user(other_company.administrator)
    await add_domain(other, name="middle.example.net")
    rows = {row.name: row for row in await Domain.filter(account_id=company.account_id)}
    expected = [("alpha.example.net", "PENDING"), ("example.com", "APPROVED"), ("zebra.example.net", "PENDING")]
    assert (await admin.run(DOMAINS))["account"]["domains"] == [
        {
            "id": encode_id("Domain", rows[name].id),
            "name": name,
            "state": state,
            "txtName": f"_usher-challenge.{name}",
            "txtValue": rows[name].txt_value,
            "approvedAt": moment(rows[name].approved_at),
        }
        for name, state in expected
    ]
    assert rows["example.com"].approved_at is not None
    assert len({row.txt_value for row in rows.values()}) == 3
