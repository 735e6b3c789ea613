"""Nothing that only one account has reaches another: every row by its id, and every way to name what one has not."""

import base64
from collections.abc import Iterator

import pytest

from api.schema.connections import encode_cursor
from api.schema.ids import encode_id
from models.access.secrets import secret_hash
from models.tables import Session
from tests.authority.documents import node_types, reading
from tests.authority.evidence import values_of_account
from tests.authority.rows import account_of, decoded, user_of
from tests.authority.table import lines
from tests.authority.test_nodes import NODES
from tests.authority.world import Caller, World

# The table behind each type with an id, and the column of its key.
TABLES = {
    "Account": ("accounts", "id"),
    "ApiKey": ("api_keys", "id"),
    "Cart": ("carts", "user_id"),
    "CartLine": ("cart_lines", "id"),
    "Domain": ("domains", "id"),
    "License": ("licenses", "id"),
    "Package": ("packages", "id"),
    "Purchase": ("purchases", "id"),
    "SeatPool": ("seat_pools", "package_id"),
    "SeatEvent": ("events", "id"),
    "Session": ("sessions", "id"),
    "User": ("users", "id"),
}
# Columns whose values only one account has, and an administrator is shown.
SHOWN = {
    "accounts": ["name"],
    "users": ["id", "email", "first_name"],
    "licenses": ["id"],
    "purchases": ["id", "number"],
    "payments": ["client_secret"],
    "domains": ["id", "txt_value"],
    "api_keys": ["id", "name"],
    "api_key_secrets": ["hint"],
}
# Each names something of the account that is aimed at; {row} is a cursor of its rows.
NAMING = {
    "a user's address": 'users(filter: {{ search: "{user.email}" }}) {{ totalCount nodes {{ id }} }}',
    "a user's name": 'users(filter: {{ search: "{user.first_name}" }}) {{ totalCount nodes {{ id }} }}',
    "a holder": 'licenses(filter: {{ userId: "{user_id}" }}) {{ totalCount nodes {{ id }} }}',
    "where users go on": 'users(after: "{row}") {{ nodes {{ id email }} pageInfo {{ hasPreviousPage }} }}',
    "where licenses go on": 'licenses(after: "{row}") {{ nodes {{ id }} pageInfo {{ hasPreviousPage }} }}',
    "where licenses end": 'licenses(before: "{row}") {{ nodes {{ id }} pageInfo {{ hasNextPage }} }}',
    "where purchases go on": 'purchases(after: "{row}") {{ nodes {{ id number }} pageInfo {{ hasNextPage }} }}',
}


def ids_of(world: World) -> Iterator[tuple[str, str, str | None]]:
    """The type and id of each row of the account, and of the catalogue, and whose own it is."""
    types = {table: (name, key) for name, (table, key) in TABLES.items()}
    for table, row in decoded(world.rows):
        if table == "events" and row["pools"] is None:
            # It moved no seat, and is no node.
            continue
        if table in types and account_of(table, row) in {world.account_id, None}:
            name, key = types[table]
            # The cart of an API key has the key's id.
            own = row[key] or row["api_key_id"]
            text = f"{world.account_id}/{own}" if name == "SeatPool" else own
            yield name, encode_id(name, text), user_of(table, row)


async def found_by(caller: Caller, ids: list[str]) -> set[str]:
    """The ids that lead a caller somewhere."""
    nodes = (await caller.ask(NODES, ids=ids))["data"]["nodes"]
    return {id for id, node in zip(ids, nodes, strict=True) if node is not None}


async def test_not_one_row_is_found_by_who_may_not_see_it(world: World) -> None:
    assert set(TABLES) == node_types()
    rows = list(ids_of(world))
    ids = [id for _, id, _ in rows]
    packages = {id for name, id, _ in rows if name == "Package"}
    account = {id for name, id, _ in rows if name == "Account"}
    for name in ("nobody", "other", "revoked", "expired"):
        assert await found_by(world.callers[name], ids) == packages, name
    dora, ada = str(world.standard.user.id), str(world.administrator.user.id)
    own = {id for name, id, user_id in rows if user_id == dora and name in {"User", "License", "Session"}}
    assert len(own) == 2 + await Session.filter(user_id=dora).count()
    assert await found_by(world.callers["standard"], ids) == packages | account | own
    seen = {id for name, id, _ in rows if name in {"License", "SeatPool", "SeatEvent"}}
    key = encode_id("ApiKey", world.callers["key"].api_key_id or "")
    assert await found_by(world.callers["key"], ids) == packages | account | seen | {key}
    for name, owner in (("administrator", ada), ("full key", world.callers["full key"].api_key_id)):
        carts = {id for kind, id, user_id in rows if kind in {"Cart", "CartLine"} and user_id != owner}
        # Of the administrator, the standard user and two keys; all but one have one line.
        assert len(carts) >= 6
        assert await found_by(world.callers[name], ids) == set(ids) - carts, name


async def test_the_search_finds_what_an_administrator_is_shown(world: World) -> None:
    """Were it blind, every search that finds nothing would prove nothing."""
    secret = values_of_account(world.rows, world.account_id)
    administrator = world.callers["administrator"]
    shown: set[str] = set()
    for line in lines("Fields"):
        for field in line.fields:
            body = {"query": reading(line.path, field)}
            shown |= secret.shown_in((await administrator.client.http.post("/graphql", json=body)).content)
    told = {
        row[column].lower()
        for table, row in decoded(world.rows)
        for column in SHOWN.get(table, [])
        if account_of(table, row) == world.account_id and row[column]
    }
    assert len(told) > 50
    assert told - shown == set()
    # Seats and sums as well.
    assert {"7920", "476045.00"} <= shown


async def test_the_search_finds_each_of_these(world: World) -> None:
    secret = values_of_account(world.rows, world.account_id)
    user = world.administrator.user
    digest = secret_hash(world.callers["key"].client.token or "")
    for raw in [
        '{"hint": "~^|1"}',
        digest.hex().upper(),
        base64.b64encode(digest).decode(),
        base64.urlsafe_b64encode(digest).decode(),
        encode_id("User", user.id),
        encode_cursor("Account.users", user.id),
        str(user.id).upper(),
        user.id.hex,
        f'{{"email": "{user.email.upper()}"}}',
        f'{{"at": "{user.created_at.isoformat().replace("+00:00", "Z")}"}}',
        '{"purchased": 7925}',
        '{"amount": "476045.00"}',
    ]:
        assert secret.shown_in(raw), raw
    assert secret.shown_in(user.email, [user.email]) == set()
    assert secret.shown_in(f"{user.email} {user.id}", [user.email]) == {str(user.id)}


@pytest.mark.parametrize("what", NAMING)
async def test_naming_what_another_account_has_shows_one_s_own_alone(world: World, what: str) -> None:
    aimed_at = world.administrator
    row = encode_cursor(f"Account.{NAMING[what].partition('(')[0]}", aimed_at.license.id)
    field = NAMING[what].format(user=aimed_at.user, user_id=encode_id("User", aimed_at.user.id), row=row)
    other = world.callers["other"]
    response = await other.client.http.post("/graphql", json={"query": f"{{ account {{ {field} }} }}"})
    other.check(response.content, sent=[row, aimed_at.user.email, aimed_at.user.first_name])
    (answer,) = response.json()["data"]["account"].values()
    if "totalCount" in answer:
        assert answer == {"totalCount": 0, "nodes": []}
