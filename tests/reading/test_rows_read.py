"""How many rows the lists of a large account read: few, whatever PostgreSQL expects of an account."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest

import models.reads.rows
from api.execution.plan_cache import bind_plan
from models.database.connection import fetch, run_alone
from models.operations.upkeep.keep_search_entries import keep_search_entries
from models.operations.upkeep.keep_totals import keep_totals
from models.reads.paging import Window, read_page
from models.reads.rows import Rows
from models.reads.users import user_conditions
from models.tables import User
from tests.support.company import Company, make_company
from tests.support.history import empty_database
from tests.support.planned import asked
from tests.support.searching import SCHEMA

MANY = 24_000
# The sample that shows whether a word is common: 94 entries or so, one in 256.
SAMPLED = 160
TABLES = {"users", "licenses", "search_entries"}
USERS = (
    "query ($filter: UserFilter, $first: Int, $last: Int)"
    " { account { users(filter: $filter, first: $first, last: $last) { %s } } }"
)
PAGE = "nodes { email } pageInfo { hasNextPage }"
# A filter, and how many rows of users, licenses and entries its first page of 20 may read, its last one, its total.
READ: dict[str, tuple[dict[str, Any], int, int, int | None]] = {
    "everybody": ({}, 200, 200, 0),
    "a word that everybody has": ({"search": "example.com"}, SAMPLED + 50, SAMPLED + 50, None),
    "a letter that everybody has": ({"search": "a"}, SAMPLED + 50, SAMPLED + 50, None),
    "words of one person": ({"search": "name777 large"}, SAMPLED + 50, SAMPLED + 50, SAMPLED + 50),
    "a word of nobody": ({"search": "nobody"}, SAMPLED, SAMPLED, SAMPLED),
    "two letters of nobody": ({"search": "zq"}, SAMPLED, SAMPLED, SAMPLED),
    "a letter of one person": ({"search": "王"}, SAMPLED + 50, SAMPLED + 50, SAMPLED + 50),
    "a word, with a license": ({"search": "large", "licensed": True}, SAMPLED + 100, SAMPLED + 100, None),
    "a word, without a license": ({"search": "large", "licensed": False}, SAMPLED + 50, SAMPLED + 50, SAMPLED + 50),
    "a word, of a package that few have": (
        {"search": "large", "packageCode": "ECO"},
        SAMPLED + 50,
        SAMPLED + 50,
        SAMPLED + 50,
    ),
    "a word that many have": ({"search": "name1"}, SAMPLED + 12_000, SAMPLED + 15_000, None),
    "with a license": ({"licensed": True}, 42, 42, 0),
    "without a license": ({"licensed": False}, 100, 100, 0),
    "of a package that few have": ({"packageCode": "ECO"}, 42, 42, 0),
    "of a package that nobody has": ({"packageCode": "ADVANCED"}, 0, 0, 0),
}


@pytest.fixture(scope="module")
async def large(pool: None) -> Company:
    """A company of 24 000 users among 20 of four; all but the newest ten have licenses, the last three of ECO."""
    await empty_database()
    for number in range(20):
        await make_company(f"small{number}.example")
    company = await make_company("large.example")
    for seats in (10_000, 10_000, MANY - 20_000):
        await company.buy(PRO=seats)
    await company.buy(ECO=3)
    # The index is made anew, which takes less time than to add to it.
    [index] = await fetch("SELECT pg_get_indexdef('users_search_idx'::regclass) AS definition")
    await fetch("DROP INDEX users_search_idx")
    try:
        await fetch(
            "INSERT INTO users (id, account_id, email, first_name, last_name, locale, role, created_at, search_text)"
            " SELECT ('f0000000-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid, $1, email, name, 'Large',"
            " 'en', 'STANDARD', now(), lower(name || ' large ' || email)"
            " FROM (SELECT number, 'user' || number || '@example.com' AS email,"
            f" 'Name' || number || CASE number WHEN 5 THEN ' 王' ELSE '' END AS name"
            f" FROM generate_series(1, {MANY}) AS number) AS made",
            company.account_id,
        )
    finally:
        await fetch(index["definition"])
    await fetch(
        "INSERT INTO licenses (id, account_id, user_id, package_id, assigned_at)"
        " SELECT gen_random_uuid(), account_id, id, CASE WHEN place > 13 THEN $2::uuid ELSE $3::uuid END, now() FROM"
        " (SELECT *, row_number() OVER (ORDER BY id DESC) AS place FROM users WHERE account_id = $1) AS placed"
        " WHERE place > 10",
        company.account_id,
        company.packages["PRO"].id,
        company.packages["ECO"].id,
    )
    await fetch(
        "UPDATE seat_pools AS pool SET assigned = (SELECT count(*) FROM licenses AS held"
        " WHERE held.account_id = pool.account_id AND held.package_id = pool.package_id)"
    )
    await keep_totals(uncounted=1)
    await keep_search_entries(uncounted=1)
    for table in ("users", "licenses", "search_entries"):
        await fetch(f"VACUUM ANALYZE {table}")
    return company


@pytest.mark.parametrize("name", READ)
async def test_a_plan_reads_few_rows(large: Company, name: str) -> None:
    filter, first, last, total = READ[name]
    core = SCHEMA.core

    async def read(fields: str, **window: int) -> int:
        checked = SCHEMA.documents.check(USERS % fields)
        operation = checked.operation(None)
        assert operation is not None
        bound = bind_plan(core, checked, operation, {"filter": filter, **window})
        statement, values = asked(bound, large.account_id)
        return await rows_read(statement, values)

    assert await read(PAGE, first=20) <= first
    assert await read(PAGE, last=20) <= last
    if total is not None:
        assert await read("totalCount") <= total


@pytest.mark.parametrize("name", READ)
async def test_resolvers_read_few_rows(large: Company, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    filter, first, last, total = READ[name]
    wanted = filter.get("search"), filter.get("licensed"), filter.get("packageCode")
    rows = Rows(User, large.account_id, user_conditions(*wanted))
    read: list[int] = []
    original = models.reads.rows.fetch_records

    async def noting(statement: str, *values: Any) -> Any:
        read.append(await rows_read(statement, values))
        return await original(statement, *values)

    monkeypatch.setattr(models.reads.rows, "fetch_records", noting)
    await read_page(rows, Window(first=20))
    assert sum(read) <= first
    read.clear()
    await read_page(rows, Window(last=20))
    assert sum(read) <= last
    read.clear()
    await rows.count()
    assert total is None or sum(read) <= total


async def rows_read(statement: str, values: Sequence[Any]) -> int:
    """How many rows of users, licenses and entries a statement reads, those that it finds to be others included."""
    [row] = await run_alone(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *values)
    return _read_by(orjson.loads(row[0])[0]["Plan"])


def _read_by(node: dict[str, Any]) -> int:
    here = 0
    if node.get("Relation Name") in TABLES:
        removed = sum(node.get(f"Rows Removed by {reason}", 0) for reason in ("Filter", "Index Recheck"))
        here = round((node["Actual Rows"] + removed) * node["Actual Loops"])
    return here + sum(_read_by(child) for child in node.get("Plans", []))
