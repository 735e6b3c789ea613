"""People whom a search must find however their names are typed, and whom each search finds."""

# ruff: noqa: RUF001 - letters are spelled in many ways
from typing import Any
from uuid import UUID

from api.execution.plan_cache import bind_plan
from api.limits import Limits
from api.schema.build import make_schema
from models.operations.people.add_domain import add_domain
from models.operations.people.add_user import add_user
from models.operations.people.approve_domain import approve_domain
from models.reads.paging import Window, read_page
from models.reads.rows import Rows
from models.reads.users import user_conditions
from models.tables import Role, User
from tests.support.company import Company
from tests.support.planned import answered

# First name, last name, and the address as it was typed when they were added.
PEOPLE = [
    ("Zoé", "Lévesque", "zl@example.com"),
    ("Geneviève", "Tremblay", "gt@example.com"),
    ("Éric", "Example", "1@bücher.example"),
    ("Иван", "Ёлкин", "2@example.com"),
    ("Işık", "İpek", "3@example.com"),
    ("Straße", "Ørsted", "4@straße.example"),
    ("ﬁn", "Ｗｉｄｅ", "5@example.com"),
    ("D’Août", "Anne‑Marie", "6@example.com"),
    ("Σίσυφος", "がぎ", "7@example.com"),
    ("100%", "Under_Score\\Back", "8@example.com"),
]

# The first part of the addresses of those whom a search finds, in order.
FOUND = {
    "zoe": ["zl"],
    "ZOÉ": ["zl"],
    "levesque": ["zl"],
    "Lévesque": ["zl"],
    "lévesque zoe": ["zl"],
    "Tremblay Geneviève": ["gt"],
    "genevieve tremblay": ["gt"],
    "eve": ["zl", "gt"],
    "E\u0301ric": ["1"],
    "Éric": ["1"],
    "éric": ["1"],
    "\u200béric\u200b": ["1"],
    "1@bücher.example": ["1"],
    "1@BÜCHER.Example": ["1"],
    "1@xn--bcher-kva.example": ["1"],
    "xn--bcher": ["1"],
    "bücher": ["1"],
    "bu\u0308cher": ["1"],
    "иван": ["2"],
    "ИВАН": ["2"],
    "елкин": ["2"],
    "ива ёл": ["2"],
    "isik": ["3"],
    "IŞIK": ["3"],
    "ışık": ["3"],
    "ipek": ["3"],
    "IPEK": ["3"],
    "İPEK": ["3"],
    "strasse": ["4"],
    "STRASSE": ["4"],
    "straße": ["4"],
    "STRAẞE": ["4"],
    "4@straße.example": ["4"],
    "4@strasse.example": ["4"],
    "orsted": ["4"],
    "fin": ["5"],
    "ﬁn": ["5"],
    "wide": ["5"],
    "ｗｉｄｅ": ["5"],
    "d'août": ["6"],
    "D´AOUT": ["6"],
    "anne-marie": ["6"],
    "anne–marie": ["6"],
    "σισυφοσ": ["7"],
    "ΣΊΣΥΦΟΣ": ["7"],
    "か\u3099": ["7"],
    "が": ["7"],
    "か": [],
    "0%": ["8"],
    "%": ["8"],
    "r_s": ["8"],
    "e\\b": ["8"],
    "\\": ["8"],
    "1_0": [],
    "zoe tremblay": [],
    "levesquezoe": [],
}

USERS = "query ($filter: UserFilter) { account { users(filter: $filter) { totalCount nodes { email } } } }"


async def add_people(company: Company) -> None:
    """Add them to a company of example.com, and nobody else whom these searches find."""
    for name in ("bücher.example", "straße.example"):
        domain = await add_domain(company.viewer, name=name)
        await approve_domain(company.account_id, name=domain.name)
    for first_name, last_name, email in PEOPLE:
        await add_user(
            company.viewer, email=email, first_name=first_name, last_name=last_name, locale="en", role=Role.STANDARD
        )


async def found_by_rows(account_id: UUID, **filter: Any) -> list[str]:
    """Whom the resolvers find: the first part of the addresses, and as many as are counted."""
    rows = Rows(User, account_id, user_conditions(**filter))
    page = await read_page(rows, Window(first=100))
    assert await rows.count() == len(page.rows)
    assert await rows.exist() == bool(page.rows)
    return [user.email.partition("@")[0] for user in page.rows]


async def found_by_plan(account_id: UUID, **filter: Any) -> list[str]:
    """The same of the plan of a query."""
    core = SCHEMA.core
    checked = SCHEMA.documents.check(USERS)
    operation = checked.operation(None)
    assert operation is not None
    users = (await answered(bind_plan(core, checked, operation, {"filter": filter}), account_id))["account"]["users"]
    assert users["totalCount"] == len(users["nodes"])
    return [node["email"].partition("@")[0] for node in users["nodes"]]


SCHEMA = make_schema(Limits())
