"""Searching people as they are typed: other accents, case, order and spelling, by a plan and by resolvers."""

# ruff: noqa: RUF001 - letters are spelled in many ways
import pytest

from models.database.connection import fetch
from models.operations.upkeep.fill_search_texts import fill_search_texts
from models.text.search_text import folded
from tests.support.client import Client
from tests.support.company import Company
from tests.support.resolved import BY_RESOLVERS
from tests.support.searching import FOUND, PEOPLE, add_people

USERS = "query ($filter: UserFilter) { account { users(filter: $filter) { totalCount nodes { email } } } }"
WAYS = {"by a plan": USERS, "by resolvers": USERS + BY_RESOLVERS}

pytestmark = pytest.mark.usefixtures("refuse_plans")
# Texts that the database cannot fold itself.
LATER = {
    *("1@bücher.example", "1@BÜCHER.Example", "bücher", "bu\u0308cher"),
    *("strasse", "STRASSE", "straße", "STRAẞE", "4@straße.example", "4@strasse.example"),
    *("fin", "ﬁn", "wide", "ｗｉｄｅ", "d'août", "D´AOUT", "anne-marie", "anne–marie"),
}


async def found(client: Client, way: str, **filter: object) -> list[str]:
    users = (await client.run(WAYS[way], filter=filter))["account"]["users"]
    assert users["totalCount"] == len(users["nodes"])
    return [node["email"].partition("@")[0] for node in users["nodes"]]


@pytest.mark.parametrize("way", WAYS)
async def test_people_are_found_however_they_are_typed(admin: Client, company: Company, way: str) -> None:
    await add_people(company)
    assert {search: await found(admin, way, search=search) for search in FOUND} == FOUND


@pytest.mark.parametrize("way", WAYS)
async def test_people_of_another_account_are_not_found(
    admin: Client, company: Company, other_company: Company, other_admin: Client, way: str
) -> None:
    await add_people(company)
    assert await found(other_admin, way, search="zoe") == []
    assert await found(other_admin, way, search="z") == []
    assert await found(other_admin, way, search="ann") == ["ann"]


@pytest.mark.parametrize("way", WAYS)
async def test_people_whom_an_older_process_added_are_found_before_and_after_the_relay_has_seen_them(
    admin: Client, company: Company, way: str
) -> None:
    await add_people(company)
    await fetch("UPDATE users SET search_text = NULL")
    before = {search: expected for search, expected in FOUND.items() if search not in LATER}
    assert {search: await found(admin, way, search=search) for search in before} == before
    assert await fill_search_texts() == len(PEOPLE) + 4
    assert await fill_search_texts() == 0
    assert {search: await found(admin, way, search=search) for search in FOUND} == FOUND


async def test_what_is_filled_is_what_a_new_user_has(company: Company) -> None:
    await add_people(company)
    written = await fetch("SELECT id, search_text FROM users ORDER BY id")
    await fetch("UPDATE users SET search_text = NULL")
    await fill_search_texts()
    assert await fetch("SELECT id, search_text FROM users ORDER BY id") == written
    assert None not in [row["search_text"] for row in written]


async def test_folding_what_is_folded_changes_nothing() -> None:
    every = [chr(number) for number in [*range(0xD800), *range(0xF900, 0x10000), *range(0x1D400, 0x1F200)]]
    assert [letter for letter in every if folded(folded(f"a{letter}a")) != folded(f"a{letter}a")] == []
