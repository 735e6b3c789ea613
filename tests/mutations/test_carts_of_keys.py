"""The cart of an API key, beside those of its maker and of other keys: none has anything to do with another."""

import asyncio
from collections import Counter

import pytest

from api.schema.ids import encode_id
from models.permissions import Permission
from models.tables import ApiKey, Purchase, PurchaseState, Role
from tests.support.api_keys import Key, make_key, revoke
from tests.support.buying import MY_CART, add_to_cart, purchase_id, validate
from tests.support.carts import line_ids, shown_cart, shown_cart_of
from tests.support.client import Client
from tests.support.company import Company
from tests.support.paying import pay
from tests.support.purchases import charges
from tests.support.recorded import broken_invariants, records
from tests.support.shown import CART
from tests.support.unchanged import nothing_changes

CART_NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Cart {CART} }} }}"


@pytest.fixture
async def made(admin: Client) -> Key:
    return await make_key(admin, Permission.PURCHASE)


@pytest.fixture
async def row(made: Key) -> ApiKey:
    return await made.row()


@pytest.fixture
def key(admin: Client, made: Key) -> Client:
    return admin.signed_in(made.secret)


async def test_a_new_key_has_an_empty_cart_whatever_is_in_its_makers(
    key: Client, row: ApiKey, company: Company
) -> None:
    await company.put_in_cart(PRO=3)
    async with nothing_changes():
        assert await key.run(MY_CART) == {"account": {"cart": await shown_cart_of(row, 0)}}


async def test_neither_reaches_the_others_cart(admin: Client, key: Client, row: ApiKey, company: Company) -> None:
    await company.put_in_cart(PRO=1)
    await add_to_cart(key, company, "ECO", 2)
    lines = {key: (await line_ids(company.administrator))["PRO"], admin: (await line_ids(row))["ECO"]}
    carts = {key: company.administrator.id, admin: row.id}
    async with nothing_changes():
        for client, line in lines.items():
            answer = await client.mutate("removeFromCart", "", cartLineId=line)
            assert answer["code"] == "NOT_FOUND"
            answer = await client.mutate("changeCartLine", "", cartLineId=line, quantity=5)
            assert answer["code"] == "NOT_FOUND"
            for id in (line, encode_id("Cart", carts[client])):
                assert await client.run(CART_NODE, id=id) == {"node": None}


async def test_each_finds_its_own_by_its_id(admin: Client, key: Client, row: ApiKey, company: Company) -> None:
    await company.put_in_cart(PRO=1)
    await add_to_cart(key, company, "ECO", 2)
    own = {admin: await shown_cart(company, 1, PRO=1), key: await shown_cart_of(row, 1, ECO=2)}
    for client, cart in own.items():
        assert await client.run(CART_NODE, id=cart["id"]) == {"node": cart}


async def test_a_key_edits_its_own_lines(key: Client, row: ApiKey, company: Company) -> None:
    await add_to_cart(key, company, "ECO", 2)
    assert await add_to_cart(key, company, "ECO", 3) == await shown_cart_of(row, 2, ECO=5)
    line = (await line_ids(row))["ECO"]
    fields = f"... on CartChanged {{ cart {CART} }}"
    answer = await key.mutate("changeCartLine", fields, cartLineId=line, quantity=1)
    assert answer["cart"] == await shown_cart_of(row, 3, ECO=1)
    answer = await key.mutate("removeFromCart", fields, cartLineId=line)
    assert answer["cart"] == await shown_cart_of(row, 4)


async def test_a_stale_version_is_answered_with_the_keys_own_cart(key: Client, row: ApiKey, company: Company) -> None:
    await company.put_in_cart(PRO=1)
    await add_to_cart(key, company, "ECO", 1)
    answer = await key.mutate("validatePurchase", f"... on CartChangedError {{ cart {CART} }}", cartVersion="0")
    assert answer["cart"] == await shown_cart_of(row, 1, ECO=1)


async def test_a_person_and_their_keys_each_have_a_purchase_that_waits(
    admin: Client, key: Client, company: Company
) -> None:
    other = admin.signed_in((await make_key(admin, Permission.PURCHASE)).secret)
    await company.put_in_cart(PRO=1)
    purchases = [await validate(admin, "1")]
    for client in (key, other):
        await add_to_cart(client, company, "ECO", 1)
        purchases.append(await validate(client, "1"))
    assert {each.state async for each in Purchase.all()} == {PurchaseState.AWAITING_ACCEPTANCE}
    # The same version of three carts: each is paid by itself.
    for number, (client, purchase) in enumerate(zip((admin, key, other), purchases, strict=True)):
        answer = await pay(client, purchase, idempotencyKey=f"wish {number}")
        assert answer["purchase"]["state"] == "COMPLETED", answer
    assert await company.counts() == {"ECO": (2, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (1, 0, 0)}
    assert await broken_invariants() == {}


async def test_a_key_that_validates_again_replaces_its_own_purchase_alone(
    admin: Client, key: Client, row: ApiKey, company: Company
) -> None:
    await company.put_in_cart(PRO=1)
    persons = await validate(admin, "1")
    await add_to_cart(key, company, "ECO", 1)
    first = await validate(key, "1")
    async with records(company, "purchase.cancelled", "purchase.validated", by=row.id):
        fields = "... on PurchaseValidated { replaced { id } }"
        answer = await key.mutate("validatePurchase", fields, cartVersion="1")
    assert answer["replaced"] == {"id": purchase_id(first)}
    assert (await Purchase.get(id=persons.id)).state is PurchaseState.AWAITING_ACCEPTANCE


async def test_a_payment_under_way_of_one_does_not_block_the_other(
    admin: Client, key: Client, company: Company
) -> None:
    await company.put_in_cart(PRO=1)
    persons = await validate(admin, "1")
    waiting = await pay(admin, persons, paymentMethod="pm_card_threeDSecureRequired")
    assert waiting["purchase"]["state"] == "AWAITING_PAYMENT"
    await add_to_cart(key, company, "ECO", 1)
    answer = await pay(key, await validate(key, "1"), idempotencyKey="of the key")
    assert answer["purchase"]["state"] == "COMPLETED"
    assert await broken_invariants() == {}


async def test_an_administrator_pays_what_a_key_validated_out_of_the_keys_cart(
    admin: Client, key: Client, row: ApiKey, company: Company
) -> None:
    await company.put_in_cart(PRO=1)
    await add_to_cart(key, company, "ECO", 1)
    purchase = await validate(key, "1")
    answer = await admin.mutate(
        "proceedToPurchase",
        f"... on PurchaseProceeded {{ cart {CART} }}",
        purchaseId=purchase_id(purchase),
        acceptLicenses=True,
        paymentMethod="pm_card_visa",
        idempotencyKey="for the key",
    )
    assert answer["cart"] == await shown_cart_of(row, 2)
    assert await admin.run(MY_CART) == {"account": {"cart": await shown_cart(company, 1, PRO=1)}}


async def test_a_revoked_key_leaves_its_purchase_to_be_paid_by_somebody_else(
    admin: Client, key: Client, made: Key, company: Company
) -> None:
    await add_to_cart(key, company, "ECO", 1)
    purchase = await validate(key, "1")
    await revoke(admin, made.id)
    assert (await pay(admin, purchase))["purchase"]["state"] == "COMPLETED"
    assert await broken_invariants() == {}


async def test_a_key_and_its_maker_at_once_fill_validate_and_pay_each_their_own(
    admin: Client, key: Client, row: ApiKey, company: Company
) -> None:
    async def buy(client: Client, code: str, number: int) -> str:
        await add_to_cart(client, company, code, 1)
        cart = (await client.run(MY_CART))["account"]["cart"]
        answer = await client.mutate(
            "validatePurchase", "... on PurchaseValidated { purchase { number } }", cartVersion=cart["version"]
        )
        if answer["__typename"] != "PurchaseValidated":
            return answer["__typename"]
        purchase = await Purchase.get(number=answer["purchase"]["number"])
        return (await pay(client, purchase, idempotencyKey=f"{code} {number}"))["__typename"]

    clients = [(admin, "PRO"), (key, "ECO")]
    answers = await asyncio.gather(*(buy(client, code, number) for number in range(6) for client, code in clients))
    known = {"PurchaseProceeded", "PurchaseNotOpenError", "CartChangedError", "CartEmptyError"}
    assert set(answers) <= known
    counts = await company.counts()
    held = {
        code: sum(line["quantity"] for line in (await client.run(MY_CART))["account"]["cart"]["lines"])
        for client, code in clients
    }
    # Of each, what was added is either bought or still there, and nothing went into the other's cart.
    assert {code: counts[code][0] + held[code] for _, code in clients} == {"PRO": 6, "ECO": 6}
    assert set(await line_ids(company.administrator)) <= {"PRO"}
    assert set(await line_ids(row)) <= {"ECO"}
    assert len(await charges()) == Counter(answers)["PurchaseProceeded"]
    assert await broken_invariants() == {}


async def test_a_key_made_by_another_administrator_buys_for_them(admin: Client, company: Company) -> None:
    zoe = await company.add_user("Zoe", role=Role.ADMINISTRATOR)
    zoes = await make_key(admin.signed_in(await company.access_token(zoe)), Permission.PURCHASE)
    client = admin.signed_in(zoes.secret)
    await add_to_cart(client, company, "ECO", 1)
    purchase = await validate(client, "1")
    assert (purchase.buyer_id, purchase.api_key_id) == (zoe.id, (await zoes.row()).id)
