"""A query that is sent again reads again: never an old answer, and only for viewers who may see it."""

from pathlib import Path

import httpx2

from models.database.clock import now
from models.operations.people.change_user_role import change_user_role
from models.permissions import Permission
from models.rules.catalogue import SHIPPED, load_catalogue, read_catalogue
from models.tables import Role, Session
from tests.support.api_keys import make_key
from tests.support.client import Client
from tests.support.company import Company

INVENTORY = "query Kept { account { seatInventory { version pools { package { code name } purchased assigned } } } }"
USERS = "query Kept($n: Int) { account { users(first: $n) { nodes { email } totalCount } } }"


async def ask(client: Client, document: str = INVENTORY, **variables: object) -> httpx2.Response:
    return await client.http.post("/graphql", json={"query": document, "variables": variables})


async def test_a_change_is_seen_at_once_however_often_it_is_asked(admin: Client, company: Company) -> None:
    await company.buy(PRO=4)
    for seats, user in enumerate(company.users, start=1):
        await ask(admin)
        await company.assign(user, "PRO")
        pools = (await ask(admin)).json()["data"]["account"]["seatInventory"]["pools"]
        assert {pool["package"]["code"]: pool["assigned"] for pool in pools}["PRO"] == seats


async def test_a_new_catalogue_is_seen_at_once(admin: Client, tmp_path: Path) -> None:
    await ask(admin)
    renamed = tmp_path / "catalogue.toml"
    renamed.write_text(SHIPPED.read_text().replace('name = "Pro"', 'name = "Professional"'))
    try:
        await load_catalogue(read_catalogue(renamed))
        assert "Professional" in (await ask(admin)).text
    finally:
        await load_catalogue(read_catalogue(SHIPPED))


async def test_nobody_gets_what_another_may_see(
    admin: Client, standard: Client, company: Company, other_admin: Client
) -> None:
    ours = (await ask(admin, USERS, n=9)).json()["data"]["account"]["users"]["totalCount"]
    await ask(admin, USERS, n=9)
    refused = (await ask(standard, USERS, n=9)).json()["errors"][0]["extensions"]["code"]
    theirs = (await ask(other_admin, USERS, n=9)).text
    assert (ours, refused) == (len(company.users) + 1, "NOT_PERMITTED")
    assert "example.com" not in theirs


async def test_a_key_with_fewer_rights_is_refused_what_a_session_was_answered(
    admin: Client, company: Company
) -> None:
    of_few = admin.signed_in((await make_key(admin, Permission.VIEW_INVENTORY)).secret)
    another = admin.signed_in(await company.access_token())
    await ask(another)
    await ask(of_few)
    await ask(admin)
    assert (await ask(of_few, USERS, n=1)).json()["errors"][0]["extensions"]["code"] == "NOT_PERMITTED"


async def test_an_ended_session_gets_nothing(admin: Client) -> None:
    await ask(admin)
    await ask(admin)
    await Session.all().update(revoked_at=now())
    (error,) = (await ask(admin)).json()["errors"]
    assert (error["extensions"]["code"], error["extensions"]["reason"]) == ("UNAUTHENTICATED", "REVOKED")


async def test_lost_rights_are_lost_at_once(admin: Client, company: Company) -> None:
    second = await company.add_user("second", role=Role.ADMINISTRATOR)
    client = admin.signed_in(await company.access_token(second))
    await ask(client, USERS, n=1)
    await ask(client, USERS, n=1)
    await change_user_role(company.viewer, user_id=second.id, role=Role.STANDARD)
    answer = (await ask(client, USERS, n=1)).json()
    assert (answer["data"], answer["errors"][0]["extensions"]["code"]) == (None, "NOT_PERMITTED")


async def test_the_moment_of_reading_is_never_an_old_one(admin: Client) -> None:
    document = "{ account { seatInventory { asOf } } }"
    moments = [(await ask(admin, document)).json()["data"]["account"]["seatInventory"]["asOf"] for _ in range(3)]
    assert moments == sorted(set(moments))
