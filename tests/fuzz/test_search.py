"""Every search finds whom a loop over all people would, on every page, by a plan and by resolvers.

Whichever way the statement chooses to find them by: each is tried, with search entries that much has changed since.
"""

# ruff: noqa: RUF001 - letters are spelled in many ways
import unicodedata
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st

from engine.lru import WeightedLRU
from models.database.clock import now
from models.database.connection import fetch
from models.database.ids import new_id
from models.operations.licensing.remove_license import remove_license
from models.operations.licensing.transfer_license import transfer_license
from models.operations.upkeep.fill_search_texts import fill_search_texts
from models.operations.upkeep.keep_search_entries import keep_search_entries
from models.reads.paging import Window, read_page
from models.reads.rows import Rows
from models.reads.searched_ids import SearchedIds
from models.reads.users import user_conditions
from models.tables import User
from tests.fuzz.drawing import Drawing
from tests.fuzz.running import every
from tests.support.company import Company
from tests.support.searching import found_by_plan

# Few letters, so that much is found: with an accent or without, in pieces, of two scripts, and all that LIKE knows.
LETTERS = ["a", "A", "b", "é", "E\u0301", "e", "ß", "SS", "ж", "Ж", "ﬁ", "ｅ", "%", "_", "\\", "'", "-", "."]
NAMES = ["".join(LETTERS[place * step % len(LETTERS)] for place in range(1, 2 + step % 7)) for step in range(1, 121)]


WAYS = ["chosen", "grams", "entries", "rows", "filter"]
FILTERS: list[dict[str, Any]] = [
    {},
    {"licensed": True},
    {"licensed": False},
    {"package_code": "PRO"},
    {"package_code": "ECO", "licensed": True},
    {"package_code": "ADVANCED"},
    {"package_code": "PRO", "licensed": False},
]
IN_GRAPHQL = {"licensed": "licensed", "package_code": "packageCode"}


@dataclass
class Person:
    """A user as the loop searches it: nothing here is taken from the server."""

    email: str
    texts: list[str]
    package: str | None

    def has(self, search: str) -> bool:
        return all(any(word in text for text in self.texts) for word in plain(search).split())

    def meets(self, licensed: bool | None = None, package_code: str | None = None) -> bool:
        has_license = self.package is not None
        return licensed in (None, has_license) and package_code in (None, self.package)


def plain(text: str) -> str:
    pieces = unicodedata.normalize("NFKD", text).casefold()
    return "".join(piece for piece in pieces if not unicodedata.combining(piece))


async def add(company: Company, number: int) -> User:
    """A user without search text, as a process of the version before adds one."""
    await fetch("UPDATE accounts SET version = version + 1 WHERE id = $1", company.account_id)
    user = await User.create(
        id=new_id(),
        account_id=company.account_id,
        email=f"{number}@example.com",
        first_name=unicodedata.normalize("NFC", NAMES[number]),
        last_name=unicodedata.normalize("NFC", NAMES[-number]),
        locale="en",
        role="STANDARD",
        created_at=now(),
    )
    await fetch(
        "INSERT INTO events (id, account_id, version, type, occurred_at, data)"
        " SELECT $1, id, version, 'user.added', now(), jsonb_build_object('user_id', $2::uuid) FROM accounts"
        " WHERE id = $3",
        new_id(),
        user.id,
        company.account_id,
    )
    return user


@pytest.fixture
async def people(company: Company) -> list[Person]:
    """A company of 120 more; 90 have search entries, of which 15 hold no more. Every seventh text is to be filled."""
    await company.buy(PRO=60, ECO=60)
    codes = ["PRO", "ECO", None]
    users = [await add(company, number) for number in range(90)]
    held = {
        number: await company.assign(user, code) for number, user in enumerate(users) if (code := codes[number % 3])
    }
    while await fill_search_texts():
        pass
    assert await keep_search_entries(uncounted=1) == 1
    for number in range(0, 15, 3):
        await remove_license(company.viewer, license_id=held[number].id)
        await transfer_license(company.viewer, license_id=held[number + 1].id, to_user_id=users[number + 2].id)
    await company.assign(users[0], "ECO")
    for number in range(90, 120):
        user = await add(company, number)
        if code := codes[number % 3]:
            await company.assign(user, code)
    while await fill_search_texts():
        pass
    # The database's own folding finds no ligatures and no sharp s.
    await fetch(
        "UPDATE users SET search_text = NULL WHERE id IN (SELECT id FROM"
        " (SELECT id, first_name || last_name AS name, row_number() OVER (ORDER BY id) AS number FROM users)"
        " AS counted WHERE number % 7 = 0 AND name !~ '[ßﬁｅ]')"
    )
    rows = await fetch(
        "SELECT email, first_name, last_name, (SELECT code FROM licenses JOIN packages ON packages.id = package_id"
        " WHERE user_id = users.id AND ended_at IS NULL) AS package FROM users ORDER BY id"
    )
    return [
        Person(row["email"], [plain(row[name]) for name in ("first_name", "last_name", "email")], row["package"])
        for row in rows
    ]


@st.composite
def searches(draw: Any) -> tuple[str, str, dict[str, Any], int]:
    """A way, a search, a filter, and the size of a page."""
    drawing = Drawing(draw)
    words = [
        "".join(drawing.pick(LETTERS) for _ in range(drawing.number(1, 4)))
        if drawing.chance(70)
        else drawing.pick(["example", "@example.com", "1", "12@", "com", *NAMES])
        for _ in range(drawing.number(0, 3))
    ]
    search = drawing.pick([" ", "  ", "\t"]).join(words)
    return drawing.pick(WAYS), search, drawing.pick(FILTERS), drawing.number(1, 40)


async def test_a_search_finds_whom_a_loop_finds(
    company: Company, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = SearchedIds._way

    async def examine(asked: tuple[str, str, dict[str, Any], int]) -> None:
        way, search, filter, size = asked

        def given(ids: SearchedIds, *one_in: int) -> str:
            if way == "chosen" or (way == "filter" and not ids._has_filter_way):
                return chosen(ids, *one_in)
            return repr(way)

        monkeypatch.setattr(SearchedIds, "_way", given)
        # Statements are kept, with the way in them.
        monkeypatch.setattr("engine.sql.plan.STATEMENTS", WeightedLRU(8_000_000))
        expected = [person.email for person in people if person.has(search) and person.meets(**filter)]
        rows = Rows(User, company.account_id, user_conditions(search, **filter))
        assert await rows.count() == len(expected)
        assert await rows.exist() == bool(expected)
        assert await pages(rows, size, backwards=False) == expected
        assert await pages(rows, size, backwards=True) == expected
        if len(expected) <= 50:
            wanted = {IN_GRAPHQL[name]: value for name, value in filter.items()}
            planned = await found_by_plan(company.account_id, search=search, **wanted)
            assert planned == [email.partition("@")[0] for email in expected]

    await every(searches(), 150, examine)


async def pages(rows: Rows[User], size: int, *, backwards: bool) -> list[str]:
    """The addresses of all pages, in order."""
    found: list[str] = []
    edge = None
    while True:
        page = await read_page(rows, Window(last=size, before=edge) if backwards else Window(first=size, after=edge))
        assert len(page.rows) <= size
        emails = [user.email for user in page.rows]
        found = [*emails, *found] if backwards else [*found, *emails]
        if not (page.has_previous if backwards else page.has_next):
            return found
        edge = page.rows[0 if backwards else -1].id
