"""Data that a key with one scope sees in the answers to its mutations, and nowhere else. See docs/adr/0009."""

from typing import Any

import pytest

from api.schema.ids import encode_id
from models.permissions import Permission
from tests.support.answers import refused
from tests.support.api_keys import make_key
from tests.support.buying import purchase_id
from tests.support.carts import shown_cart
from tests.support.client import Client
from tests.support.company import Company
from tests.support.licensing import id_of
from tests.support.paying import paying
from tests.support.purchases import SUCCEEDED, shown_purchase
from tests.support.shown import CART, POOL, PURCHASE, shown_pool
from tests.support.unchanged import nothing_changes

PAID = f"... on PurchaseProceeded {{ purchase {PURCHASE} cart {CART} seatInventory {{ pools {POOL} }} }}"
GIVEN = (
    f"... on LicenseAssigned {{ license {{ id state user {{ id email firstName role license {{ id }} }} }}"
    f" pools {POOL} }}"
)


@pytest.fixture
async def buyer(admin: Client) -> Client:
    return admin.signed_in((await make_key(admin, Permission.PURCHASE)).secret)


@pytest.fixture
async def giver(admin: Client) -> Client:
    return admin.signed_in((await make_key(admin, Permission.ASSIGN_LICENSES)).secret)


async def assert_not_read(key: Client, field: str, requires: str) -> None:
    answer = await key.post(f"{{ account {{ {field} }} }}")
    extensions = refused(answer, "NOT_PERMITTED", "account", field.partition(" ")[0])
    assert extensions["requires"] == requires


async def assert_found(key: Client, *ids: str, found: list[Any]) -> None:
    answer = await key.run("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }", ids=list(ids))
    assert answer == {"nodes": found}


async def test_with_purchase_alone_what_was_bought_also_by_somebody_elses_idempotency_key(
    admin: Client, buyer: Client, company: Company
) -> None:
    await company.buy(PRO=4)
    await company.assign(company.users[0], "PRO")
    await company.put_in_cart(ECO=2)
    purchase = await company.validate()
    first = await admin.mutate("proceedToPurchase", PAID, **paying(purchase))
    async with nothing_changes():
        again = await buyer.mutate("proceedToPurchase", PAID, **paying(purchase))
    assert again == first
    assert again == {
        "__typename": "PurchaseProceeded",
        "purchase": await shown_purchase(purchase, "COMPLETED", SUCCEEDED, ECO=2),
        "cart": await shown_cart(company, 4),
        "seatInventory": {
            "pools": [
                shown_pool(company, "ECO", 2, 0, 0),
                shown_pool(company, "ADVANCED", 0, 0, 0),
                shown_pool(company, "PRO", 4, 1, 0),
            ]
        },
    }


async def test_with_purchase_alone_nothing_of_it_is_read_by_itself(buyer: Client, company: Company) -> None:
    await company.put_in_cart(ECO=2)
    purchase = await company.validate()
    await assert_not_read(buyer, "seatInventory { version }", "VIEW_INVENTORY")
    await assert_not_read(buyer, "purchases { totalCount }", "VIEW_BILLING")
    pool = encode_id("SeatPool", f"{company.account_id}/{company.packages['ECO'].id}")
    cart = encode_id("Cart", company.administrator.id)
    await assert_found(buyer, purchase_id(purchase), pool, cart, found=[None, None, None])


async def test_with_assign_licenses_alone_the_user_and_the_pool_of_what_was_given(
    giver: Client, company: Company
) -> None:
    await company.buy(ECO=3)
    ann = company.users[0]
    answer = await giver.mutate("assignLicense", GIVEN, userId=id_of(ann), packageId=id_of(company.packages["ECO"]))
    license = answer["license"]["id"]
    assert answer == {
        "__typename": "LicenseAssigned",
        "license": {
            "id": license,
            "state": "ASSIGNED",
            "user": {
                "id": id_of(ann),
                "email": "ann@example.com",
                "firstName": "Ann",
                "role": "STANDARD",
                "license": {"id": license},
            },
        },
        "pools": [shown_pool(company, "ECO", 3, 1, 0)],
    }
    await assert_not_read(giver, "users { totalCount }", "MANAGE_USERS")
    await assert_not_read(giver, "licenses { totalCount }", "VIEW_INVENTORY")
    await assert_not_read(giver, "seatInventory { version }", "VIEW_INVENTORY")
    await assert_found(giver, id_of(ann), license, answer["pools"][0]["id"], found=[None, None, None])
