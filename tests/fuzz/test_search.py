"""Every search finds whom a loop over all people would, on every page, by a plan and by resolvers."""

# ruff: noqa: RUF001 - letters are spelled in many ways
import unicodedata
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st

from models.clock import now
from models.database import fetch
from models.ids import new_id
from models.operations.fill_search_texts import fill_search_texts
from models.reads.paging import Window, read_page
from models.reads.rows import Rows
from models.reads.users import UserFilter, user_conditions
from models.tables import User
from tests.fuzz.drawing import Drawing
from tests.fuzz.running import every
from tests.support.company import Company
from tests.support.searching import found_by_plan

# Few letters, so that much is found: with an accent or without, in pieces, of two scripts, and all that LIKE knows.
LETTERS = ["a", "A", "b", "é", "E\u0301", "e", "ß", "SS", "ж", "Ж", "ﬁ", "ｅ", "%", "_", "\\", "'", "-", "."]
NAMES = ["".join(LETTERS[place * step % len(LETTERS)] for place in range(1, 2 + step % 7)) for step in range(1, 121)]


@dataclass
class Person:
    """What a search may find, as the loop reads it: none of it is the server's."""

    email: str
    texts: list[str]
    licensed: bool

    def has(self, search: str) -> bool:
        return all(any(word in text for text in self.texts) for word in plain(search).split())


def plain(text: str) -> str:
    pieces = unicodedata.normalize("NFKD", text).casefold()
    return "".join(piece for piece in pieces if not unicodedata.combining(piece))


@pytest.fixture
async def people(company: Company) -> list[Person]:
    """A company of 120 more, every seventh not yet filled in, every third with a license."""
    at = now()
    await company.buy(PRO=200)
    for number, name in enumerate(NAMES):
        user = await User.create(
            id=new_id(),
            account_id=company.account_id,
            email=f"{number}@example.com",
            first_name=unicodedata.normalize("NFC", name),
            last_name=unicodedata.normalize("NFC", NAMES[-number]),
            locale="en",
            role="STANDARD",
            created_at=at,
        )
        if number % 3 == 0:
            await company.assign(user, "PRO")
    while await fill_search_texts():
        pass
    # What the database folds itself finds no ligatures and no sharp s.
    await fetch(
        "UPDATE users SET search_text = NULL WHERE id IN (SELECT id FROM"
        " (SELECT id, first_name || last_name AS name, row_number() OVER (ORDER BY id) AS number FROM users)"
        " AS counted WHERE number % 7 = 0 AND name !~ '[ßﬁｅ]')"
    )
    rows = await fetch(
        "SELECT email, first_name, last_name, EXISTS (SELECT FROM licenses WHERE user_id = users.id) AS licensed"
        " FROM users ORDER BY id"
    )
    return [
        Person(row["email"], [plain(row[name]) for name in ("first_name", "last_name", "email")], row["licensed"])
        for row in rows
    ]


@st.composite
def searches(draw: Any) -> tuple[str, bool | None, int]:
    """A search, a filter on licenses, and the size of a page."""
    drawing = Drawing(draw)
    words = [
        "".join(drawing.pick(LETTERS) for _ in range(drawing.number(1, 4)))
        if drawing.chance(70)
        else drawing.pick(["example", "@example.com", "1", "12@", "com", *NAMES])
        for _ in range(drawing.number(0, 3))
    ]
    return drawing.pick([" ", "  ", "\t"]).join(words), drawing.pick([None, True, False]), drawing.number(1, 40)


async def test_a_search_finds_whom_a_loop_finds(company: Company, people: list[Person]) -> None:
    async def examine(asked: tuple[str, bool | None, int]) -> None:
        search, licensed, size = asked
        expected = [person.email for person in people if person.has(search) and licensed in (None, person.licensed)]
        rows = Rows(User, company.account_id, user_conditions(UserFilter(search, licensed)))
        assert await rows.count() == len(expected)
        assert await pages(rows, size, backwards=False) == expected
        assert await pages(rows, size, backwards=True) == expected
        if len(expected) <= 50:
            planned = await found_by_plan(company.account_id, search=search, licensed=licensed)
            assert planned == [email.partition("@")[0] for email in expected]

    await every(searches(), 60, examine)


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
