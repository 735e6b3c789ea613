"""How often an account may make what is kept."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest

from api.schema.ids import encode_id
from models.database.clock import now
from models.database.connection import fetch
from models.limits.rate_limits import Allowance, spend
from models.operations.integrations.create_api_key import create_api_key
from models.permissions import Permission
from models.rules.account_allowances import API_KEYS_MADE, API_KEYS_ROTATED, DOMAINS_CLAIMED, USERS_ADDED
from tests.conftest import ROOT
from tests.support.client import Client
from tests.support.company import Company
from tests.support.unchanged import nothing_changes

TOO_OFTEN = "... on RateLimitedError { retryAt }"
ANN = {"email": "new@example.com", "firstName": "New", "lastName": "Example"}
KEY = {"name": "Partner", "scopes": ["VIEW_INVENTORY"]}


class Case(NamedTuple):
    """A mutation, what it spends of, an input that it takes, and the answer to that."""

    mutation: str
    allowance: Allowance
    values: dict[str, Any]
    done: str


CASES = [
    Case("addUser", USERS_ADDED, ANN, "UserAdded"),
    Case("createApiKey", API_KEYS_MADE, KEY, "ApiKeyCreated"),
    Case("rotateApiKey", API_KEYS_ROTATED, {}, "ApiKeyRotated"),
    Case("addDomain", DOMAINS_CLAIMED, {"name": "new.example.net"}, "DomainAdded"),
]
each_mutation = pytest.mark.parametrize("case", CASES, ids=[case.mutation for case in CASES])


async def given(company: Company, case: Case) -> dict[str, Any]:
    """The input of a mutation, with a key of the account where it needs one."""
    if case.mutation != "rotateApiKey":
        return case.values
    made = await create_api_key(company.viewer, name="Partner", scopes=[Permission.VIEW_INVENTORY])
    return {"apiKeyId": encode_id("ApiKey", made.api_key.id)}


@each_mutation
async def test_an_account_that_did_it_too_often_waits(admin: Client, company: Company, case: Case) -> None:
    values = await given(company, case)
    # The company has done some of it already.
    await fetch("DELETE FROM allowances_spent")
    await spend(case.allowance, str(company.account_id), case.allowance.most - 1)
    assert (await admin.mutate(case.mutation, "", **values))["__typename"] == case.done
    async with nothing_changes():
        answer = await admin.mutate(case.mutation, TOO_OFTEN, **values)
    assert answer["__typename"] == "RateLimitedError"
    assert (answer["code"], answer["message"]) == ("RATE_LIMITED", "Too often. Try again later.")
    assert now() < datetime.fromisoformat(answer["retryAt"]) <= now() + timedelta(hours=2)


@each_mutation
async def test_what_another_account_did_is_not_counted(
    admin: Client, company: Company, other_company: Company, case: Case
) -> None:
    values = await given(company, case)
    await fetch("DELETE FROM allowances_spent")
    await spend(case.allowance, str(other_company.account_id), case.allowance.most)
    assert (await admin.mutate(case.mutation, "", **values))["__typename"] == case.done


@each_mutation
async def test_whoever_may_not_do_it_spends_nothing(standard: Client, company: Company, case: Case) -> None:
    values = await given(company, case)
    async with nothing_changes():
        assert (await standard.mutate(case.mutation, "", **values))["__typename"] == "NotPermittedError"


def test_the_numbers_are_those_that_are_documented() -> None:
    text = (ROOT / "docs" / "operating.md").read_text()
    for allowance, words in [
        (USERS_ADDED, "users"),
        (API_KEYS_MADE, "API keys"),
        (API_KEYS_ROTATED, "rotations of API keys"),
        (DOMAINS_CLAIMED, "claims of domains"),
    ]:
        assert allowance.within == timedelta(hours=1)
        assert f"{allowance.most:,} {words}".replace(",", " ") in text
