"""activateLicense over HTTP."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

from models.access.secrets import secret_hash
from models.database.clock import now
from models.database.connection import fetch
from models.operations.licensing.change_license import change_license
from models.operations.licensing.remove_license import remove_license
from models.operations.licensing.transfer_license import transfer_license
from models.tables import License, Token
from tests.support.client import Client
from tests.support.company import Company, sign_in_token
from tests.support.licensing import MOVES_A_SEAT, activation_token, give, held_by, id_of
from tests.support.recorded import broken_invariants, counts_json, records
from tests.support.refusals import assert_bad_variables, refusal
from tests.support.shown import LICENSE, shown_license
from tests.support.unchanged import nothing_changes

ACTIVATED = f"... on LicenseActivated {{ license {LICENSE} }}"
INVALID = refusal("TokenInvalidError", "TOKEN_INVALID", "This link does not work any more. Ask for a new one.")


async def activate(client: Client, token: str) -> dict[str, object]:
    return await client.mutate("activateLicense", ACTIVATED, token=token)


async def assert_refused(client: Client, token: str) -> None:
    async with nothing_changes():
        assert await activate(client, token) == INVALID


async def test_the_license_is_active_without_signing_in(client: Client, company: Company) -> None:
    await company.buy(PRO=3)
    ann, ben, _ = company.users
    held = await give(company, ann, "PRO")
    await give(company, ben, "PRO", activated=True)
    token = await activation_token(held)
    earliest = now()
    recording = records(company, "license.activated", by=ann.id)
    async with nothing_changes(*MOVES_A_SEAT, "tokens"), recording as events:
        answer = await client.mutate("activateLicense", ACTIVATED, token=token)
    assert answer == {
        "__typename": "LicenseActivated",
        "license": await shown_license(company, held, "PRO", ann, "ACTIVE"),
    }
    assert answer["license"]["id"] == id_of(held)
    assert earliest <= datetime.fromisoformat(answer["license"]["activatedAt"]) <= now()
    assert events[0]["data"] == {
        "license_id": str(held.id),
        "user_id": str(ann.id),
        "package_id": str(held.package_id),
    }
    assert events[0]["pools"] == [counts_json(company, "PRO", 3, 2, 2)]
    assert (await Token.get(hash=secret_hash(token))).used_at is not None
    assert await company.counts() == {"ECO": (0, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (3, 2, 2)}
    assert await broken_invariants() == {}


async def test_who_is_signed_in_does_not_matter(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    ann = company.users[0]
    token = await activation_token(await give(company, ann, "PRO"))
    async with records(company, "license.activated", by=ann.id):
        answer = await admin.mutate("activateLicense", ACTIVATED, token=token)
    assert answer["license"]["user"]["email"] == "ann@example.com"


async def test_a_link_works_once(client: Client, company: Company) -> None:
    await company.buy(PRO=1)
    token = await activation_token(await give(company, company.users[0], "PRO"))
    await activate(client, token)
    await assert_refused(client, token)


async def test_of_twenty_at_once_with_one_link_one_activates(client: Client, company: Company) -> None:
    await company.buy(PRO=2)
    ann = company.users[0]
    token = await activation_token(await give(company, ann, "PRO"))
    async with records(company, "license.activated", by=ann.id):
        answers = await asyncio.gather(*(activate(client, token) for _ in range(20)))
    assert Counter(str(answer["__typename"]) for answer in answers) == {
        "LicenseActivated": 1,
        "TokenInvalidError": 19,
    }
    assert (await company.counts())["PRO"] == (2, 1, 1)
    assert await broken_invariants() == {}


async def test_a_license_that_is_active_stays_as_it_is(client: Client, company: Company) -> None:
    await company.buy(PRO=1)
    ann = company.users[0]
    held = await give(company, ann, "PRO", activated=True)
    token = await activation_token(held)
    async with nothing_changes("tokens"):
        answer = await activate(client, token)
    assert answer["license"] == await shown_license(company, held, "PRO", ann, "ACTIVE")
    assert (await Token.get(hash=secret_hash(token))).used_at is not None


async def test_an_expired_link_is_refused(client: Client, company: Company) -> None:
    await company.buy(PRO=1)
    held = await give(company, company.users[0], "PRO")
    await assert_refused(client, await activation_token(held, lasts=timedelta(seconds=-1)))
    token = await activation_token(held)
    await fetch("UPDATE tokens SET expires_at = $1 WHERE hash = $2", now(), secret_hash(token))
    await assert_refused(client, token)


async def test_the_link_of_a_removed_license_is_refused(client: Client, company: Company) -> None:
    await company.buy(PRO=1)
    ann = company.users[0]
    held = await give(company, ann, "PRO")
    token = await activation_token(held)
    await remove_license(company.viewer, license_id=held.id)
    await assert_refused(client, token)
    await give(company, ann, "PRO")
    await assert_refused(client, token)


async def test_a_sign_in_link_does_not_activate(client: Client, company: Company) -> None:
    await company.buy(PRO=1)
    await give(company, company.users[0], "PRO")
    await assert_refused(client, await sign_in_token(company.users[0]))


async def test_a_link_with_anything_added_is_refused(client: Client, company: Company) -> None:
    await company.buy(PRO=1)
    token = await activation_token(await give(company, company.users[0], "PRO"))
    for change in ["{}x", " {}", "{}\x00", "{}\n"]:
        await assert_refused(client, change.format(token))


async def test_an_unknown_token_is_refused(client: Client, company: Company) -> None:
    for token in ["", " ", "unknown", "\x00", "\x01\x1f\x7f", "t" * 150_000, "é" * 50]:
        await assert_refused(client, token)


async def test_a_token_of_a_wrong_type_is_a_top_level_error(client: Client, company: Company) -> None:
    for token in [None, 5, True, ["x", "y"], {"token": "x"}]:
        await assert_bad_variables(client, "activateLicense", token=token)


async def test_counts_follow_a_license_from_hand_to_hand(client: Client, company: Company) -> None:
    ann, ben, _ = company.users
    await company.buy(ECO=2, PRO=2)
    steps = []

    async def step() -> License | None:
        counts = await company.counts()
        steps.append((counts["ECO"], counts["PRO"]))
        return await held_by(ann) or await held_by(ben)

    first = await give(company, ann, "ECO")
    await step()
    await activate(client, await activation_token(first))
    await step()
    await change_license(company.viewer, license_id=first.id, package_id=company.packages["PRO"].id)
    second = await step()
    assert second is not None
    await transfer_license(company.viewer, license_id=second.id, to_user_id=ben.id)
    third = await step()
    assert third is not None
    await change_license(company.viewer, license_id=third.id, package_id=company.packages["ECO"].id)
    fourth = await step()
    assert fourth is not None
    await activate(client, await activation_token(fourth))
    await step()
    await remove_license(company.viewer, license_id=fourth.id)
    await step()
    assert steps == [
        ((2, 1, 0), (2, 0, 0)),
        ((2, 1, 1), (2, 0, 0)),
        ((2, 0, 0), (2, 1, 1)),
        ((2, 0, 0), (2, 1, 0)),
        ((2, 1, 0), (2, 0, 0)),
        ((2, 1, 1), (2, 0, 0)),
        ((2, 0, 0), (2, 0, 0)),
    ]
    assert await broken_invariants() == {}
