"""A cursor is good for the list that gave it, and for no other: answered by a plan or not."""

import re
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from api.execution.metrics import QUERIES
from models.permissions import Permission
from tests.support.api_keys import make_key
from tests.support.client import Client
from tests.support.company import Company
from tests.support.resolved import BY_RESOLVERS

SCHEMA = (Path(__file__).parents[2] / "schema.graphql").read_text()
LISTS = ["users", "licenses", "purchases", "sessions", "apiKeys", "viewer.sessions"]
BAD = "Not a cursor of this list."
A_VERSION = "A version as an earlier answer gave it."


def document(name: str, argument: str = "after") -> str:
    """A page of a list."""
    root, _, field = name.rpartition(".")
    page = f"{field}({argument}: $cursor) {{ edges {{ cursor }} pageInfo {{ startCursor endCursor }} }}"
    return f"query ($cursor: String) {{ {root or 'account'} {{ {page} }} }}"


def bad_fields(answer: dict[str, Any], *where: str) -> list[dict[str, Any]]:
    """The fields of bad arguments in the one error of an answer, at a path."""
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (list(where), "INVALID_INPUT")
    return error["extensions"]["fields"]


def path(name: str) -> list[str]:
    return name.split(".") if "." in name else ["account", name]


@pytest.fixture
async def cursors(admin: Client, company: Company) -> dict[str, str]:
    """A cursor of each list."""
    await company.buy(PRO=1)
    await company.assign(company.users[0], "PRO")
    await make_key(admin, Permission.VIEW_INVENTORY)
    found = {}
    for name in LISTS:
        root, field = path(name)
        page = (await admin.run(document(name)))[root][field]
        assert page["edges"], name
        given = [edge["cursor"] for edge in page["edges"]]
        assert (page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"]) == (given[0], given[-1])
        found[name] = given[-1]
    return found


def test_every_connection_that_takes_cursors_is_tried() -> None:
    fields = re.findall(r"^  (\w+)\((?:(?!^  \w).)*?\): \w+Connection!", SCHEMA, re.MULTILINE | re.DOTALL)
    assert sorted(fields) == sorted([*(path(name)[-1] for name in LISTS), "seatEvents"])


@pytest.mark.parametrize("argument", ["after", "before"])
async def test_a_cursor_of_another_list_is_refused(admin: Client, cursors: dict[str, str], argument: str) -> None:
    assert len(set(cursors.values())) == len(LISTS)
    for name, other in permutations(LISTS, 2):
        answer = await admin.post(document(name, argument), cursor=cursors[other])
        assert bad_fields(answer, *path(name)) == [{"path": [argument], "message": BAD}], (name, other)
    for name, cursor in cursors.items():
        answer = await admin.post(document("seatEvents", "first: 1, after"), cursor=cursor)
        assert bad_fields(answer, "account", "seatEvents") == [{"path": ["after"], "message": A_VERSION}], name


async def test_a_version_is_a_cursor_of_no_list_of_rows(admin: Client, cursors: dict[str, str]) -> None:
    for name in LISTS:
        answer = await admin.post(document(name), cursor="1")
        assert bad_fields(answer, *path(name)) == [{"path": ["after"], "message": BAD}]


@pytest.mark.usefixtures("refuse_plans")
@pytest.mark.parametrize("name", LISTS)
async def test_with_a_plan_and_without_one_the_cursors_are_the_same(
    admin: Client, cursors: dict[str, str], name: str
) -> None:
    planned, unplanned = document(name, "before"), document(name, "before") + BY_RESOLVERS
    before = _planned()
    page = await admin.run(planned)
    assert _planned() == before + 1
    assert await admin.run(unplanned) == page
    assert _planned() == before + 1
    for asked in (planned, unplanned):
        answer = await admin.post(asked, cursor=cursors["purchases" if name != "purchases" else "users"])
        assert bad_fields(answer, *path(name)) == [{"path": ["before"], "message": BAD}]


@pytest.mark.parametrize("name", LISTS)
async def test_each_list_goes_on_after_its_own_cursor(admin: Client, cursors: dict[str, str], name: str) -> None:
    root, field = path(name)
    assert (await admin.run(document(name), cursor=cursors[name]))[root][field]["edges"] == []


def _planned() -> float:
    return QUERIES.labels("plan")._value.get()
