"""Search entries: which accounts have them, what is in them, and that a search is exact while they lag behind."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from models.database.advisory_locks import KEEPING_SEARCH_ENTRIES
from models.database.connection import fetch, transaction
from models.operations.licensing.remove_license import remove_license
from models.operations.licensing.transfer_license import transfer_license
from models.operations.upkeep.fill_search_texts import fill_search_texts
from models.operations.upkeep.keep_search_entries import LONGEST_TEXT, keep_search_entries
from models.reads.paging import Window, read_page
from models.reads.rows import Rows
from models.reads.search_entries import MOST_SINCE
from models.reads.searched_ids import SearchedIds
from models.reads.users import user_conditions
from models.tables import User
from tests.support.company import Company
from tests.support.recorded import broken_invariants


async def entries(company: Company) -> dict[str, tuple[str | None, str | None]]:
    """The package's code and the text of each entry, by the first part of the user's address."""
    rows = await fetch(
        "SELECT split_part(email, '@', 1) AS name, code, entry.search_text FROM search_entries AS entry"
        " JOIN users ON users.id = entry.user_id LEFT JOIN packages ON packages.id = entry.package_id"
        " WHERE entry.account_id = $1 ORDER BY entry.user_id",
        company.account_id,
    )
    return {row["name"]: (row["code"], row["search_text"]) for row in rows}


async def version_of_entries(company: Company) -> int | None:
    rows = await fetch("SELECT version FROM search_versions WHERE account_id = $1", company.account_id)
    return rows[0]["version"] if rows else None


async def version_of(company: Company) -> int:
    [row] = await fetch("SELECT version FROM accounts WHERE id = $1", company.account_id)
    return row["version"]


async def test_entries_are_made_once_and_then_only_what_has_changed_is_written(
    company: Company, other_company: Company
) -> None:
    await company.buy(PRO=2, ECO=1)
    ann, ben, cleo = company.users
    held = await company.assign(ann, "PRO")
    due = await version_of(company)
    assert due > await version_of(other_company)
    assert await keep_search_entries(uncounted=due + 1) == 0
    assert await keep_search_entries(uncounted=due) == 1
    texts = {name: f"{name} example {name}@example.com" for name in ("ann", "ben", "cleo", "dora")}
    assert await entries(company) == {
        "admin": (None, "ada admin admin@example.com"),
        "ann": ("PRO", texts["ann"]),
        "ben": (None, texts["ben"]),
        "cleo": (None, texts["cleo"]),
    }
    assert (await entries(other_company), await version_of_entries(other_company)) == ({}, None)
    before = await fetch("SELECT ctid, * FROM search_entries WHERE user_id = $1", company.administrator.id)
    await company.add_user("Dora")
    await transfer_license(company.viewer, license_id=held.id, to_user_id=cleo.id)
    removed = await company.assign(ben, "ECO")
    await remove_license(company.viewer, license_id=removed.id)
    assert await version_of_entries(company) == due
    assert await keep_search_entries(uncounted=4) == 2
    assert await version_of_entries(company) == await version_of(company) == due + 4
    assert await entries(company) == {
        "admin": (None, "ada admin admin@example.com"),
        "ann": (None, texts["ann"]),
        "ben": (None, texts["ben"]),
        "cleo": ("PRO", texts["cleo"]),
        "dora": (None, texts["dora"]),
    }
    assert await fetch("SELECT ctid, * FROM search_entries WHERE user_id = $1", company.administrator.id) == before
    assert await broken_invariants() == {}


async def test_an_account_that_may_be_deleted_or_waits_for_texts_has_none(company: Company) -> None:
    await fetch("UPDATE accounts SET confirmed_at = NULL")
    assert await keep_search_entries(uncounted=1) == 0
    await fetch("UPDATE accounts SET confirmed_at = now()")
    await fetch("UPDATE users SET search_text = NULL WHERE first_name = 'Ben'")
    assert await keep_search_entries(uncounted=1) == 0
    assert await version_of_entries(company) is None
    await fill_search_texts()
    assert await keep_search_entries(uncounted=1) == 1
    assert len(await entries(company)) == 4


async def test_one_process_at_a_time_writes_them(company: Company, database_url: str) -> None:
    other = await asyncpg.connect(database_url)
    try:
        async with other.transaction():
            await other.execute("SELECT pg_advisory_xact_lock($1)", KEEPING_SEARCH_ENTRIES)
            await keep_search_entries(uncounted=1)
            assert await version_of_entries(company) is None
        await keep_search_entries(uncounted=1)
        assert await version_of_entries(company) == await version_of(company)
    finally:
        await other.close()


@pytest.fixture
def by_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches that read the entries, however few match."""
    monkeypatch.setattr(SearchedIds, "_way", lambda *_: "'entries'")


async def found(company: Company, **wanted: Any) -> list[str]:
    """The first parts of the addresses of those whom a search finds, and as many as are counted."""
    rows = Rows(User, company.account_id, user_conditions(**wanted))
    page = await read_page(rows, Window(first=100))
    assert await rows.count() == len(page.rows)
    assert await rows.exist() == bool(page.rows)
    return [user.email.partition("@")[0] for user in page.rows]


@pytest.mark.usefixtures("by_entries")
async def test_the_entries_of_another_account_are_not_read(company: Company, other_company: Company) -> None:
    assert await keep_search_entries(uncounted=1) == 2
    everybody = ["admin", "ann", "ben", "cleo"]
    await fetch("UPDATE search_entries SET search_text = search_text || ' mark'")
    # Added since, to both.
    for each in (company, other_company):
        await each.add_user("Mark")
    for each in (company, other_company):
        assert await found(each, search="mark") == [*everybody, "mark"]
        assert await found(each, search=f"mark @{each.domain}", licensed=False) == [*everybody, "mark"]
    assert await found(company, search=other_company.domain) == []


@pytest.mark.usefixtures("by_entries")
async def test_a_text_that_does_not_fit_is_read_from_its_user(company: Company) -> None:
    # The longest that there are: a letter that is eighteen when it is folded.
    await fetch(
        "UPDATE users SET first_name = repeat('\ufdfa', 100), last_name = $1, search_text = NULL"
        " WHERE first_name = 'Ben'",
        "\ufdfa" * 99 + "b",
    )
    await fill_search_texts()
    assert await keep_search_entries(uncounted=1) == 1
    [row] = await fetch("SELECT octet_length(search_text) AS bytes FROM users WHERE email = 'ben@example.com'")
    assert row["bytes"] > 6 * LONGEST_TEXT
    assert (await entries(company))["ben"] == (None, None)
    assert await found(company, search="\ufdfab") == ["ben"]
    assert await found(company, search="example.com", licensed=False) == ["admin", "ann", "ben", "cleo"]
    assert await broken_invariants() == {}


@pytest.mark.usefixtures("by_entries")
async def test_a_text_that_is_made_anew_is_made_anew_in_the_entry(company: Company) -> None:
    await keep_search_entries(uncounted=1)
    await fetch("UPDATE users SET first_name = 'Benoît', search_text = NULL WHERE first_name = 'Ben'")
    await fill_search_texts()
    assert (await entries(company))["ben"] == (None, "benoit example ben@example.com")
    assert await found(company, search="benoit") == ["ben"]
    assert await broken_invariants() == {}


async def test_an_account_whose_entries_are_too_old_is_searched_without_them(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep_search_entries(uncounted=1)
    monkeypatch.setattr(SearchedIds, "_entries_common", lambda *_: "true")
    monkeypatch.setattr(SearchedIds, "_rows_common", lambda _: "true")
    await fetch("UPDATE search_entries SET search_text = 'of the entry'")
    await fetch("UPDATE accounts SET version = version + $1", MOST_SINCE)
    assert await found(company, search="of the entry") == ["admin", "ann", "ben", "cleo"]
    await fetch("UPDATE accounts SET version = version + 1")
    assert await found(company, search="of the entry") == []
    assert await found(company, search="ben") == ["ben"]


async def test_a_search_is_exact_while_others_change_the_account_and_its_entries(company: Company) -> None:
    await company.buy(PRO=40)
    people = [await company.add_user(f"Person{number}") for number in range(20)]
    await keep_search_entries(uncounted=1)
    done = asyncio.Event()

    async def change() -> None:
        for number in range(60):
            person = people[number * 7 % 20]
            held = await fetch("SELECT id FROM licenses WHERE user_id = $1 AND ended_at IS NULL", person.id)
            if held:
                await remove_license(company.viewer, license_id=held[0]["id"])
            else:
                await company.assign(person, "PRO")
            if number % 6 == 0:
                await company.add_user(f"Newcomer{number}")
        done.set()

    async def keep() -> None:
        while not done.is_set():
            await keep_search_entries(uncounted=3)

    looked = 0

    async def look() -> None:
        nonlocal looked
        while not done.is_set():
            await compare(company.account_id, looked)
            looked += 1

    await asyncio.gather(change(), keep(), look())
    assert looked > 10
    assert await broken_invariants() == {}


WAYS = ["entries", "grams", "rows"]
FILTERS: list[dict[str, Any]] = [{}, {"licensed": True}, {"licensed": False}, {"package_code": "PRO"}]


async def compare(account_id: UUID, number: int) -> None:
    """Compare one search with what its snapshot has."""
    wanted = {"search": "person example", **FILTERS[number % 4]}
    rows = Rows(User, account_id, user_conditions(**wanted))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SearchedIds, "_way", lambda *_: repr(WAYS[number % 3]))
        async with transaction(isolation="repeatable_read", readonly=True):
            people = await fetch(
                "SELECT id, EXISTS (SELECT FROM licenses WHERE user_id = users.id AND ended_at IS NULL) AS licensed"
                " FROM users WHERE first_name LIKE 'Person%' ORDER BY id"
            )
            licensed = wanted.get("licensed", True if "package_code" in wanted else None)
            expected = [row["id"] for row in people if licensed in (None, row["licensed"])]
            assert await rows.count() == len(expected)
            assert [user.id for user in (await read_page(rows, Window(first=100))).rows] == expected
