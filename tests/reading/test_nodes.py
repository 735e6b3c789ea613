"""node and nodes."""

import base64
from typing import Any

import pytest

from api.schema.ids import encode_id
from models.database.ids import new_id
from models.operations.integrations.create_api_key import create_api_key
from models.permissions import Permission
from models.tables import CartLine, Domain, Event, License, Purchase
from tests.support.answers import refused
from tests.support.client import Client
from tests.support.company import Company
from tests.support.contract import interfaces, types_of
from tests.support.refusals import wrong_ids
from tests.support.schema import schema

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
TYPES = sorted(name for name, node in types_of(schema.as_str()).items() if "Node" in interfaces(node))
Ids = dict[str, str]


async def stock(company: Company) -> Ids:
    """Something of each type in the company's account, with Ann as the holder of a license."""
    await company.buy(PRO=1)
    await company.assign(company.users[0], "PRO")
    await company.put_in_cart(ECO=1)
    issued = await create_api_key(company.viewer, name="Directory", scopes=[Permission.VIEW_INVENTORY])
    account = company.account_id
    package = company.packages["PRO"].id
    return {
        "Account": encode_id("Account", account),
        "ApiKey": encode_id("ApiKey", issued.api_key.id),
        "Cart": encode_id("Cart", company.administrator.id),
        "CartLine": encode_id("CartLine", (await CartLine.get(account_id=account)).id),
        "Domain": encode_id("Domain", (await Domain.get(account_id=account)).id),
        "License": encode_id("License", (await License.get(account_id=account)).id),
        "Package": encode_id("Package", package),
        "Purchase": encode_id("Purchase", (await Purchase.get(account_id=account)).id),
        "SeatEvent": encode_id("SeatEvent", (await Event.filter(account_id=account).exclude(pools=None))[0].id),
        "SeatPool": encode_id("SeatPool", f"{account}/{package}"),
        "Session": encode_id("Session", company.viewer.credential_id),
        "User": encode_id("User", company.users[1].id),
    }


@pytest.fixture
async def own(company: Company) -> Ids:
    """The ids of the company's rows."""
    return await stock(company)


async def found(client: Client, ids: list[str]) -> list[dict[str, Any] | None]:
    """The answer of `nodes`; fails unless `node` answers the same for each id."""
    together = (await client.run(NODES, ids=ids))["nodes"]
    assert [(await client.run(NODE, id=id))["node"] for id in ids] == together
    return together


def shown(ids: Ids, *types: str) -> list[dict[str, Any] | None]:
    """The nodes of some types, and null in place of the others."""
    return [{"__typename": name, "id": id} if name in types else None for name, id in ids.items()]


async def test_everything_with_an_id_is_found_by_it(admin: Client, own: Ids) -> None:
    assert list(own) == TYPES
    assert await found(admin, list(own.values())) == shown(own, *TYPES)


async def test_ids_that_lead_nowhere_are_null_for_every_type(admin: Client, company: Company) -> None:
    for name in TYPES:
        ids = wrong_ids(name)
        assert (await admin.run(NODES, ids=ids))["nodes"] == [None] * len(ids), name
    account = company.account_id
    pools = [
        encode_id("SeatPool", key)
        for key in (str(account), f"{account}/", f"{account}/x", f"/{account}", f"{account}/{new_id()}", "/", "//")
    ]
    odd = [encode_id("Query", account), encode_id("", account), encode_id("User", "\x00"), "x" * 201, "x" * 100_000]
    odd.append(base64.urlsafe_b64encode(b"\xff\xfe\xfd").decode())
    assert (await admin.run(NODES, ids=[*pools, *odd])) == {"nodes": [None] * (len(pools) + len(odd))}


async def test_nodes_answers_in_the_order_asked_with_repeats(admin: Client, own: Ids) -> None:
    ids = [own["User"], own["Package"], "x", own["User"], own["SeatPool"], own["Package"]]
    answer = (await admin.run(NODES, ids=ids))["nodes"]
    assert [node and node["id"] for node in answer] == [None if id == "x" else id for id in ids]
    assert (await admin.run(NODES, ids=[])) == {"nodes": []}


async def test_a_hundred_ids_are_answered_and_more_are_refused(admin: Client, own: Ids) -> None:
    ids = [own["License"]] * 100
    assert (await admin.run(NODES, ids=ids))["nodes"] == [{"__typename": "License", "id": own["License"]}] * 100
    extensions = refused(await admin.post(NODES, ids=[*ids, own["License"]]), "INVALID_INPUT", "nodes")
    assert extensions["fields"] == [{"path": ["ids"], "message": "At most 100 at once."}]


async def test_fields_beyond_a_node_ask_for_the_same_permissions(standard: Client, own: Ids) -> None:
    document = "query ($id: ID!) { node(id: $id) { ... on Account { users { nodes { email } } } } }"
    answer = await standard.post(document, id=own["Account"])
    assert answer["data"] == {"node": None}
    assert [error["extensions"] for error in answer["errors"]] == [
        {"code": "NOT_PERMITTED", "requires": "MANAGE_USERS"}
    ]
