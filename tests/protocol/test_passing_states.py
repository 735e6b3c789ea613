"""States of the database that pass: whatever PostgreSQL calls them, a call is told to try again, and goes on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from models.database.connection import fetch
from tests.support.client import Client
from tests.support.company import Company
from tests.support.unchanged import nothing_changes

ADD = "mutation ($input: AddDomainInput!) { addDomain(input: $input) { __typename } }"
# SQLSTATEs of the classes 08, 40, 53, 57 and 58, and those of other classes that pass as well.
PASS = [
    "08006", "25006", "25P03", "40001", "40P01", "53000", "53100", "53200", "53300", "53400",
    "55P03", "57000", "57014", "57P01", "57P02", "57P03", "57P05", "58000", "58030",
]  # fmt: skip
# A bug, or an operator's mistake that no waiting mends.
STAY = ["22012", "25P02", "42501", "P0001", "XX000"]


@asynccontextmanager
async def raising(state: str) -> AsyncIterator[None]:
    """Adding a domain raises a SQLSTATE while the block runs."""
    await fetch(
        f"CREATE FUNCTION raise_it() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION 'hush' USING ERRCODE = '{state}'; END $$"
    )
    await fetch("CREATE TRIGGER raise_it BEFORE INSERT ON domains FOR EACH ROW EXECUTE FUNCTION raise_it()")
    try:
        yield
    finally:
        await fetch("DROP FUNCTION raise_it CASCADE")


async def add_domain(admin: Client) -> httpx2.Response:
    """Claim a domain."""
    body = {"query": ADD, "variables": {"input": {"name": "passing.example.com"}}}
    return await admin.http.post("/graphql", json=body, headers={"accept": "application/graphql-response+json"})


@pytest.mark.parametrize("state", PASS)
async def test_what_passes_is_unavailable_and_the_same_call_works_later(
    admin: Client, company: Company, state: str
) -> None:
    async with raising(state):
        async with nothing_changes("allowances_spent"):
            response = await add_domain(admin)
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
        assert "hush" not in response.text
    assert (await add_domain(admin)).json() == {"data": {"addDomain": {"__typename": "DomainAdded"}}}


@pytest.mark.parametrize("state", STAY)
async def test_what_stays_is_no_reason_to_try_again(admin: Client, company: Company, state: str) -> None:
    async with raising(state):
        response = await add_domain(admin)
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert "hush" not in response.text
