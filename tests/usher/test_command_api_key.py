"""usher api-key."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from models.access.credentials import authenticate
from models.database.clock import now
from models.database.connection import fetch
from models.database.ids import new_id
from models.errors import CredentialProblem, Unauthenticated
from models.operations.integrations.create_api_key import ApiKeyIssued, create_api_key
from models.permissions import Permission
from models.tables import ApiKey, ApiKeySecret, Event, Session
from tests.support.company import Company
from tests.support.recorded import broken_invariants
from tests.support.refused_command import assert_refused
from tests.support.unchanged import nothing_changes
from tests.usher.conftest import Run

SECRET = re.compile(r"usher_key_[A-Za-z0-9_-]{43}\n")
ADA = "ADMIN@example.com"
CREATE = ["api-key", "create", ADA, "Directory", "--scope", "VIEW_INVENTORY"]
# The tables with rows that signing in leaves behind.
SIGNED_IN = ("sessions", "tokens")


async def made(company: Company, **more: object) -> ApiKeyIssued:
    """A key of the company."""
    return await create_api_key(company.viewer, name="Pilot [1]", scopes=[Permission.VIEW_INVENTORY], **more)  # pyright: ignore[reportArgumentType]


async def why_not(secret: str) -> CredentialProblem:
    """Why a secret does not work."""
    with pytest.raises(Unauthenticated) as refused:
        await authenticate(secret, "")
    return refused.value.reason


async def test_a_key_is_made_and_its_secret_alone_printed(run: Run, company: Company) -> None:
    done = await run(
        *CREATE, "--scope", "PURCHASE", "--days", "30", "--network", "192.0.2.7", "--network", "2001:db8::/32"
    )
    assert (done.code, done.err) == (0, "")
    assert SECRET.fullmatch(done.out)
    key = await ApiKey.get()
    assert (key.name, key.scopes) == ("Directory", ["VIEW_INVENTORY", "PURCHASE"])
    assert key.networks == ["192.0.2.7/32", "2001:db8::/32"]
    assert (key.account_id, key.created_by_id) == (company.account_id, company.administrator.id)
    assert key.expires_at is not None
    assert timedelta(days=30) - (key.expires_at - key.created_at) < timedelta(seconds=1)
    viewer = (await authenticate(done.out.strip(), "192.0.2.7")).viewer
    assert (viewer.api_key_id, viewer.user_id, viewer.account_id) == (key.id, None, company.account_id)
    event = await Event.get(type="api_key.created")
    assert event.actor_id == company.administrator.id
    # The session of the command has ended.
    newest = (await Session.filter(user_id=company.administrator.id).order_by("-id"))[0]
    assert newest.revoked_at is not None
    assert await broken_invariants() == {}
    assert (await run("verify")).code == 0


async def test_without_more_a_key_works_for_ever_and_from_everywhere(run: Run, company: Company) -> None:
    done = await run(*CREATE)
    key = await ApiKey.get()
    assert (done.code, key.expires_at, key.networks) == (0, None, None)
    assert (await authenticate(done.out.strip(), "nowhere")).viewer.api_key_id == key.id


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--network", "here"], "allowedNetworks: Not an address or a network, for example 203.0.113.0/24."),
        (["--network", "10.0.0.1/8"], "allowedNetworks: Not an address or a network, for example 203.0.113.0/24."),
        (["--network", "::1"] * 21, "allowedNetworks: 1 to 20 networks, or null for everywhere."),
    ],
)
async def test_wrong_values_make_no_key(run: Run, company: Company, arguments: list[str], text: str) -> None:
    async with nothing_changes(*SIGNED_IN, "allowances_spent"):
        parts = [part for pair in zip(*[iter(arguments)] * 2, strict=True) for part in pair]
        assert_refused(await run(*CREATE, *parts), text)


@pytest.mark.parametrize(
    "arguments",
    [
        ["create", ADA, "Directory"],
        ["create", ADA, "Directory", "--scope", "EVERYTHING"],
        ["create", ADA, "Directory", "--scope", "PURCHASE", "--days", "0"],
        ["create", ADA, "Directory", "--scope", "PURCHASE", "--days", "999999999999"],
        ["rotate", ADA, "not-a-key"],
        ["rotate", ADA, str(UUID(int=1)), "--overlap-minutes", "-1"],
        ["rotate", ADA, str(UUID(int=1)), "--overlap-minutes", "43201"],
        ["rotate", ADA, str(UUID(int=1)), "--overlap-minutes", "9" * 30],
        ["revoke", ADA, ""],
        ["revoke", ADA],
    ],
)
async def test_what_is_no_command_changes_nothing(run: Run, company: Company, arguments: list[str]) -> None:
    async with nothing_changes():
        done = await run("api-key", *arguments)
    assert (done.code, done.out) == (2, "")
    assert "Usage: usher api-key" in done.err
    assert "Traceback" not in done.err


async def test_who_may_not_manage_keys_is_refused(run: Run, company: Company) -> None:
    key = (await made(company)).api_key.id
    text = "This needs the permission MANAGE_INTEGRATIONS."
    async with nothing_changes(*SIGNED_IN, "allowances_spent"):
        for arguments in (
            ["create", "ann@example.com", "Directory", "--scope", "VIEW_INVENTORY"],
            ["list", "ann@example.com"],
            ["rotate", "ann@example.com", str(key)],
            ["revoke", "ann@example.com", str(key)],
        ):
            assert_refused(await run("api-key", *arguments), text)
    assert await Session.filter(user_id=company.users[0].id, revoked_at=None).count() == 0


async def test_an_address_that_nobody_has_is_refused(run: Run, company: Company) -> None:
    async with nothing_changes():
        assert_refused(await run("api-key", "list", "nobody@example.com"), "There is no user nobody@example.com.")


async def test_keys_are_listed_whole_one_in_a_line(run: Run, company: Company, other_company: Company) -> None:
    await made(other_company)
    first = (await made(company)).api_key
    second = (await made(company, networks=["192.0.2.0/24", "::1"], expires_at=now() + timedelta(days=1))).api_key
    await ApiKey.filter(id=second.id).update(revoked_at=now())
    used = now().replace(year=2026, month=11, day=22, hour=17, minute=5, second=59)
    await ApiKeySecret.filter(api_key_id=first.id).update(last_used_at=used)
    done = await run("api-key", "list", ADA)
    assert (done.code, done.err) == (0, "")
    head, *lines = [line.split("\t") for line in done.out.splitlines()]
    assert head == ["key", "state", "name", "scopes", "networks", "ends", "last used"]
    ends = f"{second.expires_at:%Y-%m-%dT%H:%MZ}"
    assert lines == [
        [str(first.id), "ACTIVE", "Pilot [1]", "VIEW_INVENTORY", "everywhere", "never", "2026-11-22T17:05Z"],
        [str(second.id), "REVOKED", "Pilot [1]", "VIEW_INVENTORY", "192.0.2.0/24, ::1/128", ends, "never"],
    ]


async def test_a_new_secret_is_printed_and_the_old_one_goes_on(run: Run, company: Company) -> None:
    issued = await made(company)
    done = await run("api-key", "rotate", ADA, str(issued.api_key.id))
    assert (done.code, done.err) == (0, "")
    assert SECRET.fullmatch(done.out)
    for secret in (issued.secret, done.out.strip()):
        assert (await authenticate(secret, "")).viewer.api_key_id == issued.api_key.id
    last = await run("api-key", "rotate", ADA, str(issued.api_key.id), "--overlap-minutes", "0")
    for secret in (issued.secret, done.out.strip()):
        assert await why_not(secret) is CredentialProblem.EXPIRED
    assert (await authenticate(last.out.strip(), "")).viewer.api_key_id == issued.api_key.id


async def test_a_key_is_ended(run: Run, company: Company) -> None:
    issued = await made(company)
    done = await run("api-key", "revoke", ADA, str(issued.api_key.id))
    assert (done.code, done.out, done.err) == (0, "The key Pilot [1] has ended.\n", "")
    assert await why_not(issued.secret) is CredentialProblem.REVOKED
    async with nothing_changes(*SIGNED_IN, "allowances_spent"):
        assert await run("api-key", "revoke", ADA, str(issued.api_key.id)) == done
        refused = await run("api-key", "rotate", ADA, str(issued.api_key.id))
        assert_refused(refused, "There is no such ApiKey in this account.")


async def test_keys_of_others_are_not_there(run: Run, company: Company, other_company: Company) -> None:
    theirs = await made(other_company)
    async with nothing_changes(*SIGNED_IN, "allowances_spent"):
        for name in ("rotate", "revoke"):
            for key in (theirs.api_key.id, new_id()):
                done = await run("api-key", name, ADA, str(key))
                assert_refused(done, "There is no such ApiKey in this account.")
    assert await fetch("SELECT FROM api_keys WHERE revoked_at IS NOT NULL") == []
