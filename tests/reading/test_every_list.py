"""Every connection of the schema, one row a page, to its end in each direction, while rows come and go.

The test works out each expected page from the rows themselves, in order. A connection that is added to the schema is
found here, and needs a way to add a row.
"""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLObjectType, get_named_type

from api.execution.metrics import QUERIES
from api.schema.ids import split_id
from models.database.clock import now
from models.database.connection import fetch
from models.operations.sign_in.complete_sign_in import SESSION_LIFETIME
from models.tables import ApiKey, License, LicenseEnd, Purchase, PurchaseState, Role, Session, SessionKind, User
from tests.authority.documents import served
from tests.support.client import Client
from tests.support.company import Company
from tests.support.resolved import BY_RESOLVERS
from tests.support.seats_feed import commit_elsewhere

Json = dict[str, Any]
Maker = Callable[[Company, UUID], Awaitable[Any]]
PARENTS = {"Account": "account", "Viewer": "viewer"}
WAYS = {"by a plan": "", "by resolvers": BY_RESOLVERS}
ROWS = 6
TOMORROW = time.time_ns() // 1_000_000 + 86_400_000


async def add_user(company: Company, id: UUID) -> None:
    await User.create(
        id=id,
        account_id=company.account_id,
        email=f"{id.hex}@example.com",
        first_name="Nia",
        last_name="New",
        locale="en",
        role=Role.STANDARD,
        created_at=now(),
    )


async def add_license(company: Company, id: UUID) -> None:
    await License.create(
        id=id,
        account_id=company.account_id,
        user_id=company.users[0].id,
        package_id=company.packages["PRO"].id,
        assigned_at=now(),
        ended_at=now(),
        end_reason=LicenseEnd.REMOVED,
    )


async def add_purchase(company: Company, id: UUID) -> None:
    await Purchase.create(
        id=id,
        account_id=company.account_id,
        buyer_id=company.administrator.id,
        number=f"P-{id.hex[:12]}{id.hex[-6:]}",
        state=PurchaseState.CANCELLED,
        cart_version=1,
        total=0,
        currency="CAD",
        created_at=now(),
        expires_at=now(),
    )


async def add_session(company: Company, id: UUID) -> None:
    await Session.create(
        id=id,
        hash=id.bytes * 2,
        kind=SessionKind.BEARER,
        account_id=company.account_id,
        user_id=company.administrator.id,
        created_at=now(),
        expires_at=now() + SESSION_LIFETIME,
    )


async def add_api_key(company: Company, id: UUID) -> None:
    await ApiKey.create(
        id=id,
        account_id=company.account_id,
        name="Directory",
        scopes=["VIEW_INVENTORY"],
        created_by_id=company.administrator.id,
        created_at=now(),
    )


# How a row of each list comes to be, and its table.
MAKERS: dict[str, tuple[Maker, str]] = {
    "account.users": (add_user, "users"),
    "account.licenses": (add_license, "licenses"),
    "account.purchases": (add_purchase, "purchases"),
    "account.sessions": (add_session, "sessions"),
    "account.apiKeys": (add_api_key, "api_keys"),
    "viewer.sessions": (add_session, "sessions"),
}
# Only what happens last is added, nothing is ever removed, and it is read in one direction.
OF_EVENTS = {"account.seatEvents"}


def connections() -> dict[str, GraphQLObjectType]:
    """Every field that answers a connection, by its path."""
    found: dict[str, GraphQLObjectType] = {}
    for parent in served().type_map.values():
        for name, field in parent.fields.items() if isinstance(parent, GraphQLObjectType) else ():
            kind = get_named_type(field.type)
            if isinstance(kind, GraphQLObjectType) and "pageInfo" in kind.fields:
                assert parent.name in PARENTS, f"say in PARENTS how {parent.name}.{name} is reached"
                found[f"{PARENTS[parent.name]}.{name}"] = kind
    return found


def test_every_connection_is_tried() -> None:
    assert set(connections()) == MAKERS.keys() | OF_EVENTS


class Listed:
    """One connection, read page by page, and the ids of its rows as they should be, in the order of the list."""

    def __init__(self, client: Client, company: Company, path: str, way: str) -> None:
        self._client, self._company = client, company
        self._path, self._way = path, way
        self._make, self._table = MAKERS[path]
        self._newest_first = False
        self.rows: list[UUID] = []

    async def fill(self) -> None:
        """Add rows, whose ids leave room between them, to those that are there."""
        for number in range(ROWS):
            await self._make(self._company, id_at(number))
        await self._tell()
        self.rows = ids_of(await self.read(first=100))
        self._newest_first = self.rows != sorted(self.rows)
        assert self.rows == sorted(self.rows, reverse=self._newest_first)
        assert ids_of(await self.read(last=100)) == self.rows
        assert {id_at(number) for number in range(ROWS)} <= set(self.rows)

    async def add(self, id: UUID) -> None:
        """Add a row at its place."""
        await self._make(self._company, id)
        self.rows = sorted([*self.rows, id], reverse=self._newest_first)
        await self._tell()

    async def remove(self, id: UUID) -> None:
        """Remove a row."""
        assert await fetch(f"DELETE FROM {self._table} WHERE id = $1 RETURNING id", id)
        self.rows.remove(id)
        await self._tell()

    async def read(self, **window: Any) -> Json:
        """A page; fails unless its parts agree with each other, and it was read as it should be."""
        parent, name = self._path.split(".")
        given = ", ".join(f"{key}: {json.dumps(value)}" for key, value in window.items())
        info = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
        wanted = f"{name}({given}) {{ edges {{ cursor node {{ id }} }} nodes {{ id }} totalCount {info} }}"
        before = planned()
        page = (await self._client.run(f"{{ {parent} {{ {wanted} }} }}{self._way}"))[parent][name]
        assert planned() - before == (not self._way)
        cursors = [edge["cursor"] for edge in page["edges"]]
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        ends = (page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"])
        assert ends == ((cursors[0], cursors[-1]) if cursors else (None, None))
        return page

    def is_beyond(self, row: UUID, edge: UUID, *, backwards: bool) -> bool:
        """Whether a row lies behind another that need not be there any more, in the direction of reading."""
        return row < edge if self._newest_first != backwards else row > edge

    async def _tell(self) -> None:
        """Have the account move on, as every real change of these rows has it do: answers are kept until then."""
        await commit_elsewhere(self._company.account_id, self._company.packages["PRO"].id, [1])


def id_at(number: int) -> UUID:
    """An id of tomorrow, one of a row of ours; the numbers between are free."""
    return UUID(int=TOMORROW + number * 1000 << 80 | 7 << 76 | 2 << 62)


def ids_of(page: Json) -> list[UUID]:
    """The keys of a page's rows."""
    return [UUID(split_id(node["id"])[1]) for node in page["nodes"]]


def planned() -> float:
    """How many queries plans have answered, or what they had answered before."""
    return QUERIES.labels("plan")._value.get()


async def change(listed: Listed, step: int, near: UUID, beyond: list[UUID]) -> None:
    """A change by others between one page and the next; `near` is the row that the cursor is of."""
    if step == 0:
        await listed.remove(near)
    elif step == 1:
        await listed.remove(beyond[0])
    elif step == 2:
        await listed.add(UUID(int=near.int - 1))
        await listed.add(UUID(int=near.int + 1))


@pytest.mark.usefixtures("refuse_plans")
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("size", [{"first": 1}, {"first": 2}, {"last": 1}, {"last": 2}], ids=str)
@pytest.mark.parametrize("path", MAKERS)
async def test_each_row_is_on_one_page_while_others_come_and_go(
    admin: Client, company: Company, path: str, size: dict[str, int], way: str
) -> None:
    listed = Listed(admin, company, path, way)
    await listed.fill()
    stay, seen = set(listed.rows), list[UUID]()
    [(argument, most)] = size.items()
    backwards, window, step = argument == "last", Json(size), 0
    while True:
        page = await listed.read(**window)
        order = listed.rows[::-1] if backwards else listed.rows
        beyond = order if not seen else [row for row in order if listed.is_beyond(row, seen[-1], backwards=backwards)]
        expected = beyond[:most]
        info = page["pageInfo"]
        assert ids_of(page) == (expected[::-1] if backwards else expected)
        assert page["totalCount"] == len(order)
        ahead, behind = len(beyond) > most, bool(seen) and len(beyond) < len(order)
        assert (info["hasNextPage"], info["hasPreviousPage"]) == ((behind, ahead) if backwards else (ahead, behind))
        if not expected:
            break
        seen += expected
        window["before" if backwards else "after"] = info["startCursor" if backwards else "endCursor"]
        if expected[-1].int >> 80 >= TOMORROW and len(beyond) > most:
            await change(listed, step, expected[-1], beyond[most:])
            step += 1
        stay &= set(listed.rows) | set(seen)
    assert step >= 2
    assert len(set(seen)) == len(seen)
    assert stay <= set(seen)


async def test_each_seat_event_is_on_one_page_while_others_come(admin: Client, company: Company) -> None:
    document = (
        "query ($after: String) { account { seatEvents(first: 1, after: $after) {"
        " nodes { version } totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } } }"
    )

    async def commit(count: int) -> list[str]:
        last = await commit_elsewhere(company.account_id, company.packages["PRO"].id, list(range(1, count + 1)))
        return [str(version) for version in range(last - count + 1, last + 1)]

    there, seen = await commit(3), list[str]()
    after: str | None = None
    while True:
        page = (await admin.run(document, after=after))["account"]["seatEvents"]
        assert [node["version"] for node in page["nodes"]] == there[len(seen) : len(seen) + 1]
        assert page["totalCount"] == len(there)
        more = len(there) > len(seen) + 1
        assert (page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]) == (more, bool(seen))
        if not page["nodes"]:
            break
        seen.append(page["nodes"][0]["version"])
        after = page["pageInfo"]["endCursor"]
        if len(seen) in {1, 3}:
            there += await commit(1)
    assert seen == there
    assert len(seen) == 5
