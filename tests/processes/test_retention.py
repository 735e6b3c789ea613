"""The days that the settings say reach the relay, and `usher verify` holds afterwards."""

from models.database.connection import fetch
from tests.support.client import Client
from tests.support.company import Company
from tests.support.installation import Installation
from tests.support.licensing import assign_over
from tests.support.notices import everything_is_sent
from tests.support.waiting import until_told


async def counts() -> dict[str, int]:
    """How many rows of each kind there are."""
    tables = ("deliveries", "idempotency_records", "sessions")
    return {table: (await fetch(f"SELECT count(*) FROM {table}"))[0]["count"] for table in tables}


async def test_a_relay_deletes_what_its_settings_say(
    installation: Installation, company: Company, admins: list[Client]
) -> None:
    await company.buy(PRO=1)
    assert (await assign_over(admins[0], company, company.users[0]))["__typename"] == "LicenseAssigned"
    relay = await installation.relay()
    await everything_is_sent()
    await relay.stop()
    await fetch("UPDATE deliveries SET sent_at = now() - interval '50 hours'")
    await fetch("UPDATE events SET relayed_at = now() - interval '80 hours'")
    await fetch("UPDATE idempotency_records SET created_at = now() - interval '50 hours'")
    await fetch("UPDATE sessions SET expires_at = now() - interval '50 hours'")
    before = await counts()
    assert min(before.values()) >= 1
    installation.settings |= {"KEEP_DELIVERIES_DAYS": "2", "KEEP_IDEMPOTENCY_KEYS_DAYS": "3"}
    await installation.relay()

    async def deliveries_are_gone() -> bool:
        return (await counts())["deliveries"] == 0

    await until_told(deliveries_are_gone)
    assert await counts() == before | {"deliveries": 0}
    await installation.verify()
