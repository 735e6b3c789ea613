"""assignLicense while somebody else changes the account: it waits, and does what is right once its turn has come."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from models.database.clock import now
from models.database.connection import transaction
from models.events import commit_listeners
from models.operations.licensing.assign_license import assign_license
from models.permissions import Permission
from models.tables import Event, IdempotencyRecord, License, Role, Session, User
from tests.support.answers import unauthenticated
from tests.support.api_keys import Key, make_key, revoke
from tests.support.client import Client
from tests.support.company import Company
from tests.support.licensing import give, held_by, id_of
from tests.support.queue import in_turn
from tests.support.recorded import account_version, broken_invariants, records
from tests.support.refusals import document, not_permitted
from tests.support.shown import LICENSE, NOT_PERMITTED, POOL
from tests.support.unchanged import nothing_changes

Json = dict[str, Any]
ANSWER = (
    f"... on LicenseAssigned {{ license {LICENSE} pools {POOL} }}"
    f" ... on NoSeatAvailableError {{ pool {POOL} alternatives {POOL} }}"
    f" ... on AlreadyLicensedError {{ license {LICENSE} }}"
    f" {NOT_PERMITTED}"
)


@pytest.fixture
async def zoe(company: Company) -> User:
    """A second administrator."""
    return await company.add_user("Zoe", role=Role.ADMINISTRATOR)


@pytest.fixture
async def caller(client: Client, company: Company, zoe: User) -> Client:
    """Zoe, signed in."""
    return client.signed_in(await company.access_token(zoe))


@pytest.fixture
async def key(admin: Client) -> Key:
    """An API key that may assign licenses."""
    return await make_key(admin, Permission.ASSIGN_LICENSES)


def giving(company: Company, user: User, code: str = "PRO", **more: Any) -> Json:
    return {"userId": id_of(user), "packageId": id_of(company.packages[code])} | more


async def assign(client: Client, company: Company, user: User, **more: Any) -> Json:
    return await client.mutate("assignLicense", ANSWER, **giving(company, user, **more))


async def post(client: Client, company: Company, user: User) -> Json:
    return await client.post(document("assignLicense", ANSWER), input=giving(company, user))


@asynccontextmanager
async def nobody_is_given_one(company: Company) -> AsyncIterator[None]:
    """Fail when the block gives a license or moves the account."""
    before = await account_version(company.account_id), await company.counts(), await License.all().count()
    yield
    assert (await account_version(company.account_id), await company.counts(), await License.all().count()) == before
    assert await broken_invariants() == {}


@asynccontextmanager
async def heard(*, times: int) -> AsyncIterator[None]:
    """Fail unless this process is told of so many commits."""
    told: list[UUID] = []
    stop = commit_listeners.listen(told.append)
    try:
        yield
    finally:
        stop()
    assert len(told) == times


async def test_who_only_waited_is_given_a_seat(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    async with records(company, "license.assigned"), heard(times=1):
        (answer,) = await in_turn(company.account_id, assign(admin, company, company.users[0]))
    assert (answer["__typename"], answer["pools"][0]["assigned"]) == ("LicenseAssigned", 1)
    assert await broken_invariants() == {}


async def test_of_two_for_one_user_the_second_meets_the_license_of_the_first(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, PRO=1)
    ann = company.users[0]
    async with records(company, "license.assigned"), heard(times=1):
        first, second = await in_turn(
            company.account_id, assign(admin, company, ann), assign(admin, company, ann, code="ECO")
        )
    assert (first["__typename"], second["__typename"]) == ("LicenseAssigned", "AlreadyLicensedError")
    assert second["license"] == first["license"]
    assert await broken_invariants() == {}


async def test_of_two_for_the_last_seat_the_first_gets_it(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    ann, ben, _ = company.users
    async with records(company, "license.assigned"):
        first, second = await in_turn(company.account_id, assign(admin, company, ann), assign(admin, company, ben))
    assert (first["__typename"], second["__typename"]) == ("LicenseAssigned", "NoSeatAvailableError")
    assert (second["pool"], second["alternatives"]) == (first["pools"][0], [])
    assert await held_by(ben) is None


async def test_of_two_with_one_key_the_second_gets_the_answer_of_the_first(admin: Client, company: Company) -> None:
    await company.buy(PRO=2)
    ann, ben, _ = company.users
    calls = [assign(admin, company, user, idempotencyKey="a wish") for user in (ann, ann, ben)]
    async with records(company, "license.assigned"), heard(times=1):
        first, second, third = await in_turn(company.account_id, *calls)
    assert first["__typename"] == "LicenseAssigned"
    assert second == first
    assert third["__typename"] == "IdempotencyMismatchError"
    assert await broken_invariants() == {}


async def test_who_waits_for_a_removal_may_be_given_the_seat_again(admin: Client, company: Company) -> None:
    await company.buy(PRO=2)
    ann, ben, _ = company.users
    held = await give(company, ann, "PRO")
    removing = admin.mutate("removeLicense", "", licenseId=id_of(held))
    async with records(company, "license.removed", "license.assigned"):
        removed, answer = await in_turn(company.account_id, removing, assign(admin, company, ben))
    assert (removed["__typename"], answer["__typename"]) == ("LicenseRemoved", "LicenseAssigned")
    assert answer["pools"][0]["assigned"] == 1
    assert await broken_invariants() == {}


async def test_a_refusal_waits_for_nobody(admin: Client, company: Company) -> None:
    await company.buy(ECO=2, PRO=1)
    ann, ben, _ = company.users
    await assign(admin, company, ann, idempotencyKey="a wish")

    async def refusals() -> None:
        async with asyncio.timeout(10):
            told = [
                await assign(admin, company, ann),
                await assign(admin, company, ben),
                await assign(admin, company, ben, idempotencyKey="a wish"),
                await assign(admin, company, ann, idempotencyKey="a wish"),
            ]
        assert [answer["__typename"] for answer in told] == [
            "AlreadyLicensedError",
            "NoSeatAvailableError",
            "IdempotencyMismatchError",
            "LicenseAssigned",
        ]

    async with nothing_changes(), heard(times=0):
        await in_turn(company.account_id, change=refusals)


async def test_who_is_demoted_before_their_turn_gives_nothing(
    admin: Client, caller: Client, company: Company, zoe: User
) -> None:
    await company.buy(PRO=1)
    demoting = admin.mutate("changeUserRole", "", userId=id_of(zoe), role="STANDARD")
    async with records(company, "user.role_changed"), heard(times=1):
        demoted, answer = await in_turn(company.account_id, demoting, assign(caller, company, company.users[0]))
    assert demoted["__typename"] == "UserRoleChanged"
    assert answer == not_permitted("ASSIGN_LICENSES")
    assert (await company.counts())["PRO"] == (1, 0, 0)
    assert await broken_invariants() == {}


async def test_whose_key_is_revoked_before_its_turn_gives_nothing(admin: Client, company: Company, key: Key) -> None:
    await company.buy(PRO=1)
    giving_one = post(admin.signed_in(key.secret), company, company.users[0])
    async with records(company, "api_key.revoked"):
        revoked, answer = await in_turn(company.account_id, revoke(admin, key.id), giving_one)
    assert revoked["__typename"] == "ApiKeyRevoked"
    unauthenticated(answer, "assignLicense", reason="REVOKED")
    assert (await company.counts())["PRO"] == (1, 0, 0)


async def test_who_is_signed_out_while_they_wait_gives_nothing(caller: Client, company: Company, zoe: User) -> None:
    await company.buy(PRO=1)

    async def sign_out() -> None:
        await Session.filter(user_id=zoe.id).update(revoked_at=now())

    async with nobody_is_given_one(company):
        (answer,) = await in_turn(company.account_id, post(caller, company, company.users[0]), change=sign_out)
    unauthenticated(answer, "assignLicense", reason="REVOKED")


async def test_whose_role_is_taken_without_an_event_while_they_wait_gives_nothing(
    caller: Client, company: Company, zoe: User
) -> None:
    await company.buy(PRO=1)

    async def demote() -> None:
        await User.filter(id=zoe.id).update(role=Role.STANDARD)

    async with nobody_is_given_one(company):
        (answer,) = await in_turn(company.account_id, assign(caller, company, company.users[0]), change=demote)
    assert answer == not_permitted("ASSIGN_LICENSES")


async def test_sixty_at_once_of_administrators_who_demote_each_other(
    admin: Client, caller: Client, company: Company, zoe: User
) -> None:
    await company.buy(PRO=60)
    users = [await company.add_user(f"User{number}") for number in range(60)]
    before = await account_version(company.account_id)
    calls = [assign(caller if number % 2 else admin, company, user) for number, user in enumerate(users)]
    demoting = admin.mutate("changeUserRole", "", userId=id_of(zoe), role="STANDARD")
    answers = await asyncio.gather(*calls[:20], demoting, *calls[20:])
    names = Counter(answer["__typename"] for answer in answers)
    # Those of the administrator whom nobody demotes are all done.
    assert names["UserRoleChanged"] == 1
    assert names["LicenseAssigned"] >= 30
    assert names["LicenseAssigned"] + names["NotPermittedError"] == 60
    events = await Event.filter(account_id=company.account_id, version__gt=before).order_by("version")
    demoted_at = [event.type for event in events].index("user.role_changed")
    assert zoe.id not in {event.actor_id for event in events[demoted_at:]}
    assert [event.version for event in events] == list(range(before + 1, before + 2 + names["LicenseAssigned"]))
    assert await broken_invariants() == {}


async def test_a_call_cancelled_at_any_step_gives_a_license_or_does_nothing(company: Company) -> None:
    await company.buy(PRO=60)
    users = [await company.add_user(f"User{number}") for number in range(60)]
    for steps, user in enumerate(users):
        wish = assign_license(
            company.viewer, user_id=user.id, package_id=company.packages["PRO"].id, idempotency_key=user.email
        )
        task = asyncio.create_task(wish)
        for _ in range(steps):
            await asyncio.sleep(0.0001 * (steps % 3))
        task.cancel()
        await asyncio.wait({task})
    given = await License.all().count()
    assert 0 < given < 60
    assert await IdempotencyRecord.filter(operation="assignLicense").count() == given
    assert (await company.counts())["PRO"] == (60, given, 0)
    assert await broken_invariants() == {}


async def test_it_is_refused_inside_of_a_transaction(company: Company) -> None:
    await company.buy(PRO=1)
    with pytest.raises(RuntimeError, match="operations do not nest"):
        async with transaction():
            await assign_license(company.viewer, user_id=company.users[0].id, package_id=company.packages["PRO"].id)
    assert await License.all().count() == 0
