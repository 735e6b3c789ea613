"""Sockets that were opened with a key: they follow, and end with it."""

from datetime import timedelta

import pytest

from api.schema import subscription
from models.database.clock import now
from models.permissions import Permission
from models.tables import ApiKey, ApiKeySecret
from tests.support.answers import not_signed_in
from tests.support.api_keys import Key, make_key, revoke, rotated
from tests.support.client import Client, Live
from tests.support.company import Company
from tests.support.seats_feed import SEATS, failed, next_update
from tests.support.unchanged import nothing_changes

VIEW = Permission.VIEW_INVENTORY
ADD = 'mutation { addDomain(input: {name: "new.example.net"}) { __typename } }'


@pytest.fixture
async def made(admin: Client, company: Company) -> Key:
    """A key that may see seats and add domains."""
    return await make_key(admin, VIEW, Permission.MANAGE_DOMAINS)


async def may_still(live: Live) -> list[str] | None:
    """The permissions of a socket's viewer; None for nobody."""
    await live.subscribe("{ viewer { permissions } }", id="may")
    viewer = (await live.next())["viewer"]
    assert await live.receive() == {"type": "complete", "id": "may"}
    return viewer and viewer["permissions"]


async def test_a_subscription_ends_when_its_key_is_revoked(
    admin: Client, company: Company, made: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "CHECK_SESSION_EVERY", 0.0)
    async with admin.signed_in(made.secret).live() as live:
        await live.subscribe(SEATS)
        version, _, _ = await next_update(live)
        await company.buy(PRO=1)
        assert await next_update(live) == (version + 3, False, {"PRO": (1, 0, 0)})
        await revoke(admin, made.id)
        await company.assign(company.users[0], "PRO")
        assert await failed(live) == not_signed_in("REVOKED")
        assert await may_still(live) is None


async def test_a_subscription_is_told_so_though_nothing_changes(
    admin: Client, made: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "CHECK_SESSION_EVERY", 0.05)
    async with admin.signed_in(made.secret).live() as live:
        await live.subscribe(SEATS)
        await next_update(live)
        await revoke(admin, made.id)
        assert await failed(live) == not_signed_in("REVOKED")


async def test_a_rotation_ends_the_sockets_of_the_old_secret_with_its_overlap(
    admin: Client, made: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "CHECK_SESSION_EVERY", 0.05)
    async with admin.signed_in(made.secret).live() as live:
        await live.subscribe(SEATS)
        await next_update(live)
        await rotated(admin, made.id, overlapMinutes=1)
        assert await may_still(live) == ["VIEW_INVENTORY", "MANAGE_DOMAINS"]
        await rotated(admin, made.id, overlapMinutes=0)
        assert await failed(live) == not_signed_in("EXPIRED")


@pytest.mark.parametrize(("end", "reason"), [("revoked_at", "REVOKED"), ("expires_at", "EXPIRED")])
async def test_the_next_operation_of_a_socket_is_refused(admin: Client, made: Key, end: str, reason: str) -> None:
    async with admin.signed_in(made.secret).live() as live:
        assert await may_still(live) == ["VIEW_INVENTORY", "MANAGE_DOMAINS"]
        await ApiKey.all().update(**{end: now()})
        async with nothing_changes():
            for query in (SEATS, ADD):
                await live.subscribe(query)
                assert await failed(live) == not_signed_in(reason)


async def test_use_over_a_socket_that_stays_open_is_noted(admin: Client, made: Key) -> None:
    async with admin.signed_in(made.secret).live() as live:
        long_ago = now() - timedelta(hours=1)
        await ApiKeySecret.all().update(last_used_at=long_ago)
        assert await may_still(live) == ["VIEW_INVENTORY", "MANAGE_DOMAINS"]
        used = (await made.secret_row()).last_used_at
        assert used is not None
        assert used > long_ago + timedelta(minutes=59)
