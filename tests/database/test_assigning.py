"""The one statement of assignLicense: on what it rests, and that it agrees with what Python would say."""

from typing import Any

import pytest

from models.clock import now
from models.credentials import recognise, still_signed_in
from models.database import fetch
from models.errors import Unauthenticated
from models.events import EventType, record
from models.operations.assign_license import _attempt, _Wish
from models.permission import GRANTED, Permission
from models.still_allowed import granting, still_allowed
from models.tables import Account, License, Role
from models.viewer import Viewer
from tests.support.api_keys import make_key
from tests.support.client import Client
from tests.support.company import Company
from tests.support.queue import in_turn
from tests.support.recorded import broken_invariants
from tests.support.signed_in import admin

__all__ = ["admin"]


async def patiently(sql: str, *values: Any) -> list[dict[str, Any]]:
    """Run the statement so that it waits for the account, which it never does, with what it saw before."""
    assert " SKIP LOCKED" in sql
    return await fetch(sql.replace(" SKIP LOCKED", ""), *values)


def wish(company: Company) -> _Wish:
    return _Wish(company.viewer, company.users[0].id, company.packages["PRO"].id, None)


async def test_nothing_is_given_where_the_account_has_moved_on_since_the_statement_looked(company: Company) -> None:
    await company.buy(PRO=2)

    async def move_on() -> None:
        account = await Account.get(id=company.account_id)
        await record(account, EventType.DOMAIN_ADDED, by=None, data={})

    (attempt,) = await in_turn(company.account_id, _attempt(wish(company), patiently), change=move_on)
    assert (attempt.license, attempt.found["allowed"], attempt.found["free"]) == (None, True, True)
    assert await License.all().count() == 0
    assert (await company.counts())["PRO"] == (2, 0, 0)
    assert await broken_invariants() == {}


async def test_a_license_is_given_where_the_account_is_as_the_statement_saw_it(company: Company) -> None:
    await company.buy(PRO=2)
    (attempt,) = await in_turn(company.account_id, _attempt(wish(company), patiently))
    assert attempt.license is not None
    assert (await company.counts())["PRO"] == (2, 1, 0)
    assert await broken_invariants() == {}


async def says_sql(viewer: Viewer, permission: Permission) -> bool:
    """What the condition of the statement says of a viewer."""
    condition = still_allowed(by_api_key=viewer.api_key_id is not None)
    (row,) = await fetch(f"SELECT {condition} AS held", viewer.credential_id, now(), granting(viewer, permission))
    return row["held"]


async def says_python(viewer: Viewer, permission: Permission) -> bool:
    """What every other operation asks."""
    try:
        return (await still_signed_in(viewer)).may(permission)
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
STILL = {"as it was", "expires later", "both expire later", "scopes besides", "its maker demoted"}


@pytest.mark.parametrize("change", SESSION_ENDS)
async def test_sql_and_python_agree_on_who_is_still_signed_in(company: Company, change: str) -> None:
    await fetch("ALTER TABLE users DISABLE TRIGGER users_administrator")
    try:
        await fetch(SESSION_ENDS[change])
    finally:
        await fetch("ALTER TABLE users ENABLE TRIGGER users_administrator")
    for permission in Permission:
        assert await says_sql(company.viewer, permission) is (change in STILL)
        assert await says_python(company.viewer, permission) is (change in STILL)


@pytest.mark.parametrize("change", KEY_ENDS)
async def test_sql_and_python_agree_on_what_a_key_still_opens(admin: Client, company: Company, change: str) -> None:
    key = await make_key(admin, Permission.ASSIGN_LICENSES)
    viewer = (await recognise(key.secret, "127.0.0.1")).viewer
    await fetch("ALTER TABLE users DISABLE TRIGGER users_administrator")
    try:
        await fetch(KEY_ENDS[change])
    finally:
        await fetch("ALTER TABLE users ENABLE TRIGGER users_administrator")
    for permission in Permission:
        assert await says_sql(viewer, permission) is await says_python(viewer, permission)
    assert await says_sql(viewer, Permission.ASSIGN_LICENSES) is (change in STILL)


def test_what_grants_a_permission_follows_from_the_roles(company: Company) -> None:
    for permission in Permission:
        assert granting(company.viewer, permission) == [role for role in Role if permission in GRANTED[role]]
    assert granting(company.viewer, Permission.ASSIGN_LICENSES) == ["ADMINISTRATOR"]
