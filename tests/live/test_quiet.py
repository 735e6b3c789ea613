"""A subscription on which nothing moves."""

import pytest

import api.schema.subscription
from tests.support.answers import not_signed_in
from tests.support.client import Client
from tests.support.company import Company


async def test_it_ends_soon_after_the_session_did(
    client: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.schema.subscription, "CHECK_SESSION_EVERY", 0.05)
    admin = client.signed_in(await company.access_token())
    async with admin.live() as live:
        await live.subscribe("subscription { seatCountsChanged { snapshot } }")
        assert (await live.next())["seatCountsChanged"] == {"snapshot": True}
        await admin.run("mutation { signOut { ok } }")
        ended = await live.receive()
        assert ended["payload"]["errors"][0]["extensions"] == not_signed_in("REVOKED")
        assert (await live.receive())["type"] == "complete"
