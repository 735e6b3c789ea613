"""Codes of packages that a read is given: of any case, and refused where no package has them."""

from typing import Any

import pytest

from api.execution.metrics import QUERIES, UNPLANNED
from models.database.connection import fetch
from tests.support.answers import refused
from tests.support.client import Client
from tests.support.company import Company
from tests.support.resolved import BY_RESOLVERS

# Documents that take a code; `more` has resolvers answer them.
INVENTORY = "query ($codes: [String!]) {{ account {{ seatInventory(packageCodes: $codes) {{ {fields} }} }} }}{more}"
USERS = "query ($code: String) {{ account {{ users(filter: {{ packageCode: $code }}) {{ {fields} }} }} }}{more}"
LICENSES = "query ($code: String) {{ account {{ licenses(filter: {{ packageCode: $code }}) {{ {fields} }} }} }}{more}"
WAYS = {"planned": "", "by resolvers": BY_RESOLVERS}

pytestmark = pytest.mark.usefixtures("refuse_plans")
NOT_A_CODE = "Not the code of a package, for example PRO."

both_ways = pytest.mark.parametrize("more", WAYS.values(), ids=WAYS)


def taken(way: str) -> float:
    return QUERIES.labels(way)._value.get() + UNPLANNED.labels(way)._value.get()


async def pools(client: Client, more: str, *codes: str) -> list[str]:
    document = INVENTORY.format(fields="pools { package { code } }", more=more)
    answer = await client.run(document, codes=codes)
    return [pool["package"]["code"] for pool in answer["account"]["seatInventory"]["pools"]]


async def holders(client: Client, more: str, code: str) -> tuple[list[str], list[str]]:
    """Those who hold a package, by the two lists that can be asked."""
    users = await client.run(USERS.format(fields="nodes { email }", more=more), code=code)
    licenses = await client.run(LICENSES.format(fields="nodes { user { email } }", more=more), code=code)
    return (
        [user["email"] for user in users["account"]["users"]["nodes"]],
        [license["user"]["email"] for license in licenses["account"]["licenses"]["nodes"]],
    )


@both_ways
async def test_a_code_of_any_case_is_the_packages(admin: Client, company: Company, more: str) -> None:
    await company.buy(PRO=1)
    await company.assign(company.users[0], "PRO")
    assert await pools(admin, more, "pro", "Eco", "PRO") == ["ECO", "PRO"]
    for code in ("pro", "PRO", "pRo"):
        assert await holders(admin, more, code) == (["ann@example.com"], ["ann@example.com"])
    assert await holders(admin, more, "eco") == ([], [])


@both_ways
@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("PROO", "No package has the code PROO."),
        ("proo", "No package has the code PROO."),
        ("P" * 40, f"No package has the code {'P' * 40}."),
        *((bad, NOT_A_CODE) for bad in ("", " ", "PRO ", "%", "pr\u00f6", "ADVAN\u017fED", "\x00", "PRO\x00")),
        *((bad, NOT_A_CODE) for bad in ("P" * 41, "P" * 100_000)),
    ],
    ids=lambda value: ascii(value)[:20],
)
async def test_the_code_of_no_package_is_refused(
    admin: Client, company: Company, more: str, given: str, text: str
) -> None:
    tries = [
        ("seatInventory", "packageCodes", INVENTORY, {"codes": ["PRO", given, "eco"]}),
        ("users", "filter.packageCode", USERS, {"code": given}),
        ("licenses", "filter.packageCode", LICENSES, {"code": given}),
    ]
    fields = {"seatInventory": "version", "users": "totalCount", "licenses": "pageInfo { hasNextPage }"}
    for name, path, document, variables in tries:
        for selected in (fields[name], "__typename"):
            answer = await admin.post(document.format(fields=selected, more=more), **variables)
            assert answer["errors"][0]["message"] == f"{path}: {text}"
            assert refused(answer, "INVALID_INPUT", "account", name)["code"] == "INVALID_INPUT"


async def test_every_unknown_code_is_told_once(admin: Client, company: Company) -> None:
    answer = await admin.post(INVENTORY.format(fields="version", more=""), codes=["A", "PRO", "b", "a", "?", "!"])
    assert answer["errors"][0]["message"] == (
        "packageCodes: No package has the code A.; packageCodes: No package has the code B.;"
        f" packageCodes: {NOT_A_CODE}"
    )


@both_ways
async def test_a_package_off_sale_is_known(admin: Client, company: Company, more: str) -> None:
    await fetch("UPDATE packages SET on_sale = false WHERE code = 'ECO'")
    try:
        assert await pools(admin, more, "eco", "pro") == ["PRO"]
        assert await holders(admin, more, "eco") == ([], [])
    finally:
        await fetch("UPDATE packages SET on_sale = true")


async def test_a_known_code_is_answered_by_a_plan_and_an_unknown_one_is_charged_once(
    admin: Client, company: Company
) -> None:
    document = INVENTORY.format(fields="version", more="")

    async def run(*codes: str) -> tuple[Any, dict[str, float]]:
        before = {way: taken(way) for way in ("plan", "refused")}
        response = await admin.http.post("/graphql", json={"query": document, "variables": {"codes": codes}})
        return response, {way: taken(way) - number for way, number in before.items()}

    await run("pro")
    known, ways = await run("pro", "eco")
    assert ways == {"plan": 1, "refused": 0}
    unknown, ways = await run("pro", "nope")
    assert ways == {"plan": 0, "refused": 1}
    left = [int(response.headers["ratelimit"].partition("r=")[2].partition(";")[0]) for response in (known, unknown)]
    # The same, and a twentieth for each value of the variables.
    assert left[0] - left[1] == int(unknown.headers["usher-cost"])


async def test_no_codes_at_all_choose_no_pools(admin: Client, company: Company) -> None:
    for more in WAYS.values():
        assert await pools(admin, more) == []
