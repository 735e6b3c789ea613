"""Searching people on databases whose own idea of letters is another."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest

from models.database.connection import connect, disconnect
from models.migrating.migrate import migrate
from models.rules.catalogue import load_shipped_catalogue
from tests.support.company import make_company
from tests.support.databases import another_database
from tests.support.processes import call
from tests.support.running import usher_environment
from tests.support.searching import FOUND, add_people, found_by_plan, found_by_rows

ROOT = Path(__file__).parent.parent.parent
# A locale that knows of ASCII alone, and an encoding that knows of bytes alone.
MADE = {
    "C, UTF-8": "LOCALE 'C' ENCODING 'UTF8'",
    "C, SQL_ASCII": "LOCALE 'C' ENCODING 'SQL_ASCII'",
}


@pytest.mark.parametrize("made", MADE)
async def test_people_are_found_whatever_the_locale_of_the_database(
    database_url: str, worker: str, made: str
) -> None:
    url = another_database(database_url, f"usher_test_{worker}_locale")
    server = await asyncpg.connect(database_url)
    try:
        await server.execute(f'DROP DATABASE IF EXISTS "usher_test_{worker}_locale"')
        await server.execute(f'CREATE DATABASE "usher_test_{worker}_locale" TEMPLATE template0 {MADE[made]}')
        searched = await call(_search, url, folder=ROOT, env=usher_environment())
        assert searched.code == 0, searched.err
        assert json.loads(searched.out) == [FOUND, FOUND]
    finally:
        await server.execute(f'DROP DATABASE IF EXISTS "usher_test_{worker}_locale" WITH (FORCE)')
        await server.close()


def _search(url: str) -> None:
    print(json.dumps(asyncio.run(_found(url))))  # noqa: T201


async def _found(url: str) -> list[dict[str, list[str]]]:
    """Whom each search finds, by resolvers and by a plan."""
    await migrate(url)
    await connect(url, pool_size=2)
    try:
        await load_shipped_catalogue()
        company = await make_company("example.com")
        await add_people(company)
        return [
            {search: await way(company.account_id, search=search) for search in FOUND}
            for way in (found_by_rows, found_by_plan)
        ]
    finally:
        await disconnect()
