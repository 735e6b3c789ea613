"""The one statement of assignLicense: on what it rests, and that it agrees with what Python would say."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.access.credential_conditions import is_unchanged
from models.access.credentials import authenticate, reauthenticate
from models.access.viewer import Viewer, ViewerChanged
from models.database.clock import now
from models.database.coalescing import values_of
from models.database.connection import fetch
from models.errors import Unauthenticated
from models.events.events import EventType, record_event
from models.operations.licensing.assign_license import ASSIGN, AssignmentRequest, _request, assign_license
from models.permissions import Permission
from models.tables import Account, Event, IdempotencyRecord, License
from tests.support.api_keys import make_key
from tests.support.client import Client
from tests.support.company import Company, make_company
from tests.support.queue import in_turn
from tests.support.recorded import account_version, broken_invariants
from tests.support.signed_in import admin
from tests.support.statements import statements

__all__ = ["admin"]


async def patiently(requests: Sequence[AssignmentRequest]) -> list[dict[str, Any]]:
    """Run the statement so that it waits for the account, which it never does, with what it saw before."""
    assert " SKIP LOCKED" in ASSIGN
    found = await fetch(ASSIGN.replace(" SKIP LOCKED", ""), *values_of(requests))
    return sorted(found, key=lambda row: row["caller_number"])


def request(company: Company, user: int = 0, package: str = "PRO", key: str | None = None) -> AssignmentRequest:
    return _request(company.viewer, company.users[user].id, company.packages[package].id, key)


async def test_nothing_is_given_where_the_account_has_moved_on_since_the_statement_looked(company: Company) -> None:
    await company.buy(PRO=2)

    async def move_on() -> None:
        account = await Account.get(id=company.account_id)
        await record_event(account, EventType.DOMAIN_ADDED, by=None, data={})

    ((found,),) = await in_turn(company.account_id, patiently([request(company)]), change=move_on)
    assert (found["assigned"], found["as_seen"], found["free"]) == (None, True, 2)
    assert await License.all().count() == 0
    assert (await company.counts())["PRO"] == (2, 0, 0)
    assert await broken_invariants() == {}


async def test_a_license_is_given_where_the_account_is_as_the_statement_saw_it(company: Company) -> None:
    await company.buy(PRO=2)
    ((found,),) = await in_turn(company.account_id, patiently([request(company)]))
    assert found["assigned"] == 1
    assert (await company.counts())["PRO"] == (2, 1, 0)
    assert await broken_invariants() == {}


async def test_several_wishes_of_one_account_are_done_in_their_order(company: Company) -> None:
    await company.buy(PRO=2, ECO=1)
    before = (await Account.get(id=company.account_id)).version
    requests = [request(company, 0), request(company, 1, "ECO"), request(company, 2)]
    found = await patiently(requests)
    assert [row["assigned"] for row in found] == [1, 1, 2]
    events = await Event.filter(version__gt=before).order_by("version")
    assert [(event.id, event.version) for event in events] == [
        (each.event_id, before + number) for number, each in enumerate(requests, 1)
    ]
    assert [event.pools[0]["assigned"] for event in events] == [1, 1, 2]
    assert (await Account.get(id=company.account_id)).version == before + 3
    assert await broken_invariants() == {}


async def test_wishes_of_several_accounts_are_done_each_in_its_own(company: Company, other_company: Company) -> None:
    await company.buy(PRO=1)
    await other_company.buy(PRO=1)
    found = await patiently([request(company), request(other_company), request(other_company, 1)])
    assert [row["assigned"] for row in found] == [1, 1, None]
    assert {row.account_id for row in await License.all()} == {company.account_id, other_company.account_id}
    assert await broken_invariants() == {}


async def test_each_account_moves_on_by_its_own_changes_and_no_other_account_does(
    company: Company, other_company: Company
) -> None:
    bystander = await make_company("example.net")
    for each in (company, other_company, bystander):
        await each.buy(PRO=3)
    before = await versions(company, other_company, bystander)
    requests = [request(company), request(other_company), request(company, 1), request(company, 2)]
    assert [row["assigned"] for row in await patiently(requests)] == [1, 1, 2, 3]
    after = await versions(company, other_company, bystander)
    assert [new - old for old, new in zip(before, after, strict=True)] == [3, 1, 0]
    assert [(await each.counts())["PRO"] for each in (company, other_company, bystander)] == [
        (3, 3, 0),
        (3, 1, 0),
        (3, 0, 0),
    ]
    assert await broken_invariants() == {}


async def versions(*companies: Company) -> list[int]:
    """The versions of the accounts of companies now."""
    return [await account_version(each.account_id) for each in companies]


async def test_seats_go_to_the_first_who_ask_and_no_further(company: Company) -> None:
    await company.buy(PRO=2)
    found = await patiently([request(company, number) for number in range(3)])
    assert [row["assigned"] for row in found] == [1, 2, None]
    assert (await company.counts())["PRO"] == (2, 2, 0)
    assert await broken_invariants() == {}


async def test_of_two_wishes_for_one_user_the_first_is_done(company: Company) -> None:
    await company.buy(PRO=2, ECO=2)
    found = await patiently([request(company), request(company, 0, "ECO")])
    assert [row["assigned"] for row in found] == [1, None]
    assert await License.all().count() == 1
    assert await broken_invariants() == {}


async def test_of_two_wishes_with_one_key_the_first_is_done(company: Company) -> None:
    await company.buy(PRO=2)
    found = await patiently([request(company, 0, key="k"), request(company, 1, key="k"), request(company, 2)])
    assert [row["assigned"] for row in found] == [1, None, 2]
    assert await IdempotencyRecord.filter(operation="assignLicense").count() == 1
    assert await broken_invariants() == {}


async def test_wishes_that_come_at_once_are_one_statement(company: Company) -> None:
    await company.buy(PRO=3)
    pro = company.packages["PRO"].id
    with statements() as sent:
        done = await asyncio.gather(
            *[assign_license(company.viewer, user_id=user.id, package_id=pro) for user in company.users[:3]]
        )
    assert [each.pools[0].assigned for each in done] == [1, 2, 3]
    assert len(sent) == 1, sent
    assert await broken_invariants() == {}


async def says_sql(viewer: Viewer, moment: datetime | None = None) -> bool:
    """The result of the statement's condition: whether credential and rights are unchanged, now unless given."""
    by_api_key = viewer.api_key_id is not None
    condition = is_unchanged(by_api_key=by_api_key, credential="$1", rights="$2", moment="$3")
    (row,) = await fetch(f"SELECT {condition} AS held", viewer.credential_id, viewer.rights, moment or now())
    return row["held"]


async def says_python(viewer: Viewer) -> bool:
    """The same by what every other operation asks."""
    try:
        return await reauthenticate(viewer) == viewer
    except Unauthenticated:
        return False


SESSION_ENDS = {
    "as it was": "SELECT 1",
    "revoked": "UPDATE sessions SET revoked_at = now()",
    "expired": "UPDATE sessions SET expires_at = now()",
    "expires later": "UPDATE sessions SET expires_at = now() + interval '1 hour'",
    "demoted": "UPDATE users SET role = 'STANDARD'",
    "forgotten": "DELETE FROM sessions",
}
KEY_ENDS = {
    "as it was": "SELECT 1",
    "revoked": "UPDATE api_keys SET revoked_at = now()",
    "expired": "UPDATE api_keys SET expires_at = now()",
    "replaced": "UPDATE api_key_secrets SET expires_at = now()",
    "both expire later": "WITH key AS (UPDATE api_keys SET expires_at = now() + interval '1 hour')"
    " UPDATE api_key_secrets SET expires_at = now() + interval '1 minute'",
    "the key expires first": "WITH key AS (UPDATE api_keys SET expires_at = now())"
    " UPDATE api_key_secrets SET expires_at = now() + interval '1 minute'",
    "another scope": """UPDATE api_keys SET scopes = '["VIEW_INVENTORY"]'""",
    "scopes besides": """UPDATE api_keys SET scopes = '["VIEW_INVENTORY", "ASSIGN_LICENSES"]'""",
    "its maker demoted": "UPDATE users SET role = 'STANDARD'",
    "forgotten": "DELETE FROM api_key_secrets",
}
STILL = {"as it was", "expires later", "both expire later", "its maker demoted"}


@pytest.mark.parametrize("change", SESSION_ENDS)
async def test_sql_and_python_agree_on_who_is_still_signed_in(company: Company, change: str) -> None:
    await fetch("ALTER TABLE users DISABLE TRIGGER users_administrator")
    try:
        await fetch(SESSION_ENDS[change])
    finally:
        await fetch("ALTER TABLE users ENABLE TRIGGER users_administrator")
    assert await says_sql(company.viewer) is (change in STILL)
    assert await says_python(company.viewer) is (change in STILL)


@pytest.mark.parametrize("change", KEY_ENDS)
async def test_sql_and_python_agree_on_what_a_key_still_opens(admin: Client, company: Company, change: str) -> None:
    key = await make_key(admin, Permission.ASSIGN_LICENSES)
    viewer = (await authenticate(key.secret, "127.0.0.1")).viewer
    await fetch("ALTER TABLE users DISABLE TRIGGER users_administrator")
    try:
        await fetch(KEY_ENDS[change])
    finally:
        await fetch("ALTER TABLE users ENABLE TRIGGER users_administrator")
    assert await says_sql(viewer) is (change in STILL)
    assert await says_python(viewer) is (change in STILL)


ENDS_AT = {
    "a session": ["UPDATE sessions SET expires_at = $1"],
    "a key": ["UPDATE api_keys SET expires_at = $1"],
    "a secret": ["UPDATE api_key_secrets SET expires_at = $1"],
    "a key and its secret": ["UPDATE api_keys SET expires_at = $1", "UPDATE api_key_secrets SET expires_at = $1"],
}


@pytest.mark.parametrize("ended", ENDS_AT)
async def test_sql_and_python_agree_on_the_very_moment_at_which_a_credential_ends(
    admin: Client, company: Company, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    viewer = company.viewer
    if ended != "a session":
        viewer = (await authenticate((await make_key(admin, Permission.ASSIGN_LICENSES)).secret, "127.0.0.1")).viewer
    end = now() + timedelta(minutes=10)
    for statement in ENDS_AT[ended]:
        await fetch(statement, end)
    for moment, works in ((end - timedelta(microseconds=1), True), (end, False)):
        monkeypatch.setattr("models.access.credentials.now", lambda moment=moment: moment)
        assert await says_sql(viewer, moment) is works
        assert await says_python(viewer) is works


@pytest.mark.parametrize("change", SESSION_ENDS)
async def test_nothing_is_given_to_who_is_not_as_they_were_seen(company: Company, change: str) -> None:
    await company.buy(PRO=2)
    await fetch("ALTER TABLE users DISABLE TRIGGER users_administrator")
    try:
        await fetch(SESSION_ENDS[change])
    finally:
        await fetch("ALTER TABLE users ENABLE TRIGGER users_administrator")
    call = assign_license(company.viewer, user_id=company.users[0].id, package_id=company.packages["PRO"].id)
    if change in STILL:
        assert (await call).pools[0].assigned == 1
    else:
        with pytest.raises(ViewerChanged):
            await call
    assert await License.all().count() == (change in STILL)
    assert (await company.counts())["PRO"] == (2, change in STILL, 0)
