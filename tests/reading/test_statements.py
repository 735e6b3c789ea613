"""How many statements a read costs: fixed numbers, whatever it finds."""

from typing import Any

import pytest

from api.schema.ids import encode_id
from models.database.connection import execute_many, fetch, transaction
from models.database.ids import new_id
from models.tables import CartLine, License, Purchase, User
from tests.support.client import Client
from tests.support.company import Company
from tests.support.queue import in_turn
from tests.support.statements import statements

INVENTORY = (
    "{ account { seatInventory { version asOf pools { package { code } purchased assigned activated available } } } }"
)
USERS = (
    "query ($first: Int) { account { users(first: $first) {"
    " nodes { email license { state package { code } } } pageInfo { hasNextPage } } } }"
)
PURCHASES = (
    "{ account { purchases(first: 20) { totalCount nodes { number lines { quantity package { code } }"
    " payment { state } } } } }"
)
NODES = (
    "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename ... on License { user { email } package { code } }"
    " ... on User { license { state } } ... on SeatPool { available package { code } }"
    " ... on Purchase { lines { package { code } } payment { state } } } }"
)


@pytest.fixture
async def crowd(company: Company) -> list[User]:
    """Fifty users, each with a license, besides the company's first four."""
    await company.buy(PRO=50)
    users = [await _user(company, number) for number in range(50)]
    await execute_many(
        "INSERT INTO licenses (id, account_id, user_id, package_id, assigned_at) VALUES ($1, $2, $3, $4, now())",
        [(new_id(), company.account_id, user.id, company.packages["PRO"].id) for user in users],
    )
    await fetch("UPDATE seat_pools SET assigned = 50")
    return users


async def _user(company: Company, number: int) -> User:
    return await User.create(
        account_id=company.account_id,
        email=f"user{number:03}@example.com",
        first_name=f"User {number}",
        last_name="Example",
        locale="en",
        role="STANDARD",
        created_at=company.administrator.created_at,
    )


async def cost(client: Client, document: str, **variables: Any) -> tuple[dict[str, Any], int]:
    """The answer to a document, and the number of its statements. It was run once before, to warm up."""
    await client.run(document, **variables)
    with statements() as seen:
        answer = await client.run(document, **variables)
    return answer, len(seen)


async def test_the_count_sees_every_statement_inside_and_outside_of_transactions(company: Company) -> None:
    with statements() as seen:
        await fetch("SELECT 1")
        async with transaction():
            await User.get(id=company.administrator.id)
        await User.filter(id=company.administrator.id).update(locale="fr")
        await execute_many("SELECT $1::int", [(1,), (2,)])
    first_words = [statement.split()[0].rstrip(";") for statement in seen]
    assert first_words == ["SELECT", "BEGIN", "SELECT", "COMMIT", "UPDATE", "BEGIN", "SELECT", "COMMIT"]
    with statements() as none:
        pass
    await fetch("SELECT 1")
    assert none == []


async def test_a_poll_of_the_seat_inventory(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, ADVANCED=1, PRO=1)
    answer, statements_sent = await cost(admin, INVENTORY)
    assert [pool["purchased"] for pool in answer["account"]["seatInventory"]["pools"]] == [1, 1, 1]
    # The session and everything else at once.
    assert statements_sent == 1


async def test_a_page_of_users_with_licenses_and_packages(admin: Client, crowd: list[User]) -> None:
    answer, fifty = await cost(admin, USERS, first=54)
    holders = [node for node in answer["account"]["users"]["nodes"] if node["license"]]
    assert [node["license"] for node in holders] == [{"state": "ASSIGNED", "package": {"code": "PRO"}}] * 50
    assert fifty == 1
    assert (await cost(admin, USERS, first=7))[1] == fifty


async def test_a_page_of_purchases_with_lines_packages_and_payment(admin: Client, company: Company) -> None:
    for _ in range(3):
        await company.buy(ECO=1, PRO=2)
    _, three = await cost(admin, PURCHASES)
    for _ in range(17):
        await company.buy(ECO=1, PRO=2)
    answer, twenty = await cost(admin, PURCHASES)
    shown = answer["account"]["purchases"]["nodes"]
    assert [(len(node["lines"]), node["payment"]) for node in shown] == [(2, {"state": "SUCCEEDED"})] * 20
    # The session and everything else at once.
    assert (three, twenty) == (1, 1)


async def test_thirty_nodes_of_many_types(admin: Client, company: Company, crowd: list[User]) -> None:
    for _ in range(5):
        await company.buy(ECO=1)
    licenses = [encode_id("License", row.id) for row in await License.all().order_by("id").limit(10)]
    purchases = [encode_id("Purchase", row.id) for row in await Purchase.all().limit(5)]
    users = [encode_id("User", user.id) for user in crowd[:12]]
    packages = [encode_id("Package", package.id) for package in company.packages.values()]
    ids = [*licenses, *purchases, *users, *packages]
    answer, thirty = await cost(admin, NODES, ids=ids)
    assert [node["id"] for node in answer["nodes"]] == ids
    assert len(ids) == 30
    # The session and everything else at once.
    assert thirty == 1
    few = [licenses[0], purchases[0], users[0], *packages]
    assert (await cost(admin, NODES, ids=few))[1] == thirty


async def test_nodes_reads_pools_and_cart_lines_together(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, ADVANCED=1, PRO=1)
    await company.put_in_cart(ECO=1, ADVANCED=1, PRO=1)
    pools = [encode_id("SeatPool", f"{company.account_id}/{row.id}") for row in company.packages.values()]
    lines = [encode_id("CartLine", row.id) for row in await CartLine.all()]
    answer, many = await cost(admin, NODES, ids=[*pools, *lines])
    assert [node["__typename"] for node in answer["nodes"]] == ["SeatPool"] * 3 + ["CartLine"] * 3
    assert many == (await cost(admin, NODES, ids=[pools[0], lines[0]]))[1]


async def test_assigning_a_license(admin: Client, company: Company) -> None:
    await company.buy(PRO=3)
    ann, ben, cleo = company.users
    # The session, and everything else; a moment later, all at once.
    assert await assigning(admin, company, ann) == ("LicenseAssigned", 2)
    assert await assigning(admin, company, ben, idempotencyKey="a wish") == ("LicenseAssigned", 1)
    assert await assigning(admin, company, cleo) == ("LicenseAssigned", 1)


async def test_a_license_that_is_not_assigned(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, PRO=1)
    ann, ben, cleo = company.users
    await assigning(admin, company, ann, idempotencyKey="a wish")
    assert await assigning(admin, company, ann) == ("AlreadyLicensedError", 1)
    assert await assigning(admin, company, ann, idempotencyKey="a wish") == ("LicenseAssigned", 1)
    assert await assigning(admin, company, ben, idempotencyKey="a wish") == ("IdempotencyMismatchError", 1)
    # The session, before anything else is told.
    assert await assigning(admin, company, ben, packageId="x") == ("NotFoundError", 1)
    # In vain; the session; and once more.
    nothing = encode_id("Package", new_id())
    assert await assigning(admin, company, ben, packageId=nothing) == ("NotFoundError", 3)
    # And the packages that have a seat.
    assert await assigning(admin, company, cleo) == ("NoSeatAvailableError", 2)


async def test_assigning_a_license_that_waits_for_its_turn(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    with statements() as seen:
        ((name, _),) = await in_turn(company.account_id, assigning(admin, company, company.users[0]))
    own = [statement.split()[0].rstrip(";") for statement in seen if "pg_stat" not in statement]
    assert name == "LicenseAssigned"
    # The holder of the lock; the session, and in vain; the lock, once it is free, and everything else.
    assert own == ["BEGIN", "SELECT", "SELECT", "WITH", "BEGIN", "SELECT", "COMMIT", "WITH", "COMMIT"]


async def assigning(client: Client, company: Company, user: User, **more: str) -> tuple[str, int]:
    """How an assignment went, and how many statements it took."""
    given = {"userId": encode_id("User", user.id), "packageId": encode_id("Package", company.packages["PRO"].id)}
    with statements() as seen:
        answer = await client.mutate("assignLicense", "", **(given | more))
    return answer["__typename"], len(seen)
