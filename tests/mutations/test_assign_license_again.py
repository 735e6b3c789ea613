"""assignLicense over HTTP: repeated calls, and calls at once."""

import asyncio
from collections import Counter
from typing import Any

import orjson
import pytest

from models.operations.licensing.remove_license import remove_license
from models.tables import License, User
from tests.support.client import Client
from tests.support.company import Company
from tests.support.licensing import activation_token, held_by, id_of
from tests.support.recorded import broken_invariants, records
from tests.support.refusals import document, invalid_input, refusal
from tests.support.shown import INVALID_INPUT, LICENSE, POOL, shown_license, shown_pool
from tests.support.unchanged import nothing_changes

ANSWER = (
    f"... on LicenseAssigned {{ license {LICENSE} pools {POOL} }}"
    f" ... on NoSeatAvailableError {{ pool {POOL} alternatives {POOL} }}"
    f" ... on AlreadyLicensedError {{ license {LICENSE} }} {INVALID_INPUT}"
)
MISMATCH = refusal(
    "IdempotencyMismatchError",
    "IDEMPOTENCY_MISMATCH",
    "This idempotency key was used with another input. Use a new key.",
)
BAD_KEY = invalid_input(idempotencyKey="Use 1 to 255 printable ASCII characters.")


def giving(company: Company, user: User, code: str = "PRO", **key: str | None) -> dict[str, Any]:
    return {"userId": id_of(user), "packageId": id_of(company.packages[code])} | key


async def assign(client: Client, **values: Any) -> dict[str, Any]:
    return await client.mutate("assignLicense", ANSWER, **values)


async def assign_raw(client: Client, **values: Any) -> bytes:
    body = {"query": document("assignLicense", ANSWER), "variables": {"input": values}}
    return (await client.http.post("/graphql", json=body)).content


async def test_the_same_key_answers_the_same_bytes_with_one_license(admin: Client, company: Company) -> None:
    await company.buy(PRO=3)
    values = giving(company, company.users[0], idempotencyKey="a wish")
    async with records(company, "license.assigned"):
        first = await assign_raw(admin, **values)
    async with nothing_changes():
        assert await assign_raw(admin, **values) == first
    assert orjson.loads(first)["data"]["assignLicense"]["__typename"] == "LicenseAssigned"
    assert await License.all().count() == 1


async def test_the_same_key_answers_the_same_bytes_after_the_license_moved_on(
    admin: Client, client: Client, company: Company
) -> None:
    await company.buy(PRO=3)
    values = giving(company, company.users[0], idempotencyKey="a wish")
    first = await assign_raw(admin, **values)
    held = await held_by(company.users[0])
    assert held is not None
    await company.assign(company.users[1], "PRO")
    await client.mutate("activateLicense", "", token=await activation_token(held))
    async with nothing_changes():
        assert await assign_raw(admin, **values) == first
    await remove_license(company.viewer, license_id=held.id)
    async with nothing_changes():
        assert await assign_raw(admin, **values) == first
    assert await held_by(company.users[0]) is None


async def test_the_same_key_with_another_input_is_refused(admin: Client, company: Company) -> None:
    await company.buy(ECO=3, PRO=3)
    ann, ben, _ = company.users
    await assign(admin, **giving(company, ann, idempotencyKey="a wish"))
    async with nothing_changes():
        assert await assign(admin, **giving(company, ben, idempotencyKey="a wish")) == MISMATCH
        assert await assign(admin, **giving(company, ann, "ECO", idempotencyKey="a wish")) == MISMATCH


async def test_a_refusal_uses_up_no_key(admin: Client, company: Company) -> None:
    values = giving(company, company.users[0], idempotencyKey="a wish")
    async with nothing_changes():
        assert (await assign(admin, **values))["__typename"] == "NoSeatAvailableError"
    await company.buy(PRO=1)
    assert (await assign(admin, **values))["__typename"] == "LicenseAssigned"


@pytest.mark.parametrize("key", [{}, {"idempotencyKey": None}], ids=["left out", "null"])
async def test_without_a_key_the_second_call_meets_the_license(
    admin: Client, company: Company, key: dict[str, None]
) -> None:
    await company.buy(PRO=3)
    values = giving(company, company.users[0], **key)
    first = await assign(admin, **values)
    async with nothing_changes():
        again = await assign(admin, **values)
    assert (again["__typename"], again["license"]) == ("AlreadyLicensedError", first["license"])


async def test_another_account_may_use_the_same_key(
    client: Client, admin: Client, company: Company, other_company: Company
) -> None:
    for each in (company, other_company):
        await each.buy(PRO=1)
    await assign(admin, **giving(company, company.users[0], idempotencyKey="a wish"))
    async with client.signed_in(await other_company.access_token()) as other:
        answer = await assign(other, **giving(other_company, other_company.users[0], idempotencyKey="a wish"))
    assert (answer["__typename"], answer["license"]["user"]["email"]) == ("LicenseAssigned", "ann@example.org")


async def test_a_bad_key_is_refused(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    for key in ["", "k" * 256, "k" * 150_000, "key\x00", "\x1b", "ke\ny", "key\x7f", "ké"]:
        async with nothing_changes():
            assert await assign(admin, **giving(company, company.users[0], idempotencyKey=key)) == BAD_KEY


async def test_the_longest_key_works(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    values = giving(company, company.users[0], idempotencyKey="k" * 255)
    async with records(company, "license.assigned"):
        first = await assign_raw(admin, **values)
    assert orjson.loads(first)["data"]["assignLicense"]["__typename"] == "LicenseAssigned"
    async with nothing_changes():
        assert await assign_raw(admin, **values) == first


async def test_twenty_at_once_with_one_key_give_one_license_and_get_equal_answers(
    admin: Client, company: Company
) -> None:
    await company.buy(PRO=5)
    values = giving(company, company.users[0], idempotencyKey="a wish")
    async with records(company, "license.assigned"):
        answers = await asyncio.gather(*(assign_raw(admin, **values) for _ in range(20)))
    assert set(answers) == {answers[0]}
    assert orjson.loads(answers[0])["data"]["assignLicense"]["__typename"] == "LicenseAssigned"
    assert (await company.counts())["PRO"] == (5, 1, 0)
    assert await broken_invariants() == {}


async def test_twenty_at_once_for_one_user_give_one_license(admin: Client, company: Company) -> None:
    await company.buy(ECO=20, PRO=20)
    ann = company.users[0]
    async with records(company, "license.assigned"):
        answers = await asyncio.gather(*(assign(admin, **giving(company, ann, c)) for c in ["ECO", "PRO"] * 10))
    names = Counter(answer["__typename"] for answer in answers)
    assert names == {"LicenseAssigned": 1, "AlreadyLicensedError": 19}
    assert len({answer["license"]["id"] for answer in answers}) == 1
    assert await broken_invariants() == {}


async def test_twelve_users_race_for_three_seats_and_exactly_three_get_one(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, PRO=3)
    users = [await company.add_user(f"User{n}") for n in range(12)]
    async with records(company, *["license.assigned"] * 3) as events:
        answers = await asyncio.gather(*(assign(admin, **giving(company, user)) for user in users))
    given = [answer for answer in answers if answer["__typename"] == "LicenseAssigned"]
    pools = sorted((answer["pools"] for answer in given), key=lambda pool: pool[0]["assigned"])
    assert pools == [[shown_pool(company, "PRO", 3, n, 0)] for n in (1, 2, 3)]
    assert [[pool["assigned"] for pool in event["pools"]] for event in events] == [[1], [2], [3]]
    refused = refusal(
        "NoSeatAvailableError",
        "NO_SEAT_AVAILABLE",
        "All 3 seats of this package are assigned. Buy more or free one.",
        pool=shown_pool(company, "PRO", 3, 3, 0),
        alternatives=[shown_pool(company, "ECO", 1, 0, 0)],
    )
    assert [answer for answer in answers if answer["__typename"] != "LicenseAssigned"] == [refused] * 9
    assert await company.counts() == {"ECO": (1, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (3, 3, 0)}
    for user, answer in zip(users, answers, strict=True):
        held = await held_by(user)
        shown = await shown_license(company, held, "PRO", user, "ASSIGNED") if held else None
        assert shown == answer.get("license")
    assert await broken_invariants() == {}
