"""The relay's work for large accounts: lengths of lists, search entries, and search texts."""

from jobs.relay import COUNT_EVERY, Relay
from models.database.clock import now
from models.database.connection import fetch
from models.operations.upkeep.keep_totals import UNCOUNTED
from tests.support.company import Company


async def known() -> list[tuple[int, int, int]]:
    rows = await fetch("SELECT version, users, seat_events FROM account_totals")
    return [tuple(row.values()) for row in rows]


async def entries() -> list[tuple[int, int]]:
    """The version that search entries are of, and how many there are."""
    rows = await fetch("SELECT version, (SELECT count(*) FROM search_entries) AS entries FROM search_versions")
    return [tuple(row.values()) for row in rows]


async def test_the_relay_writes_down_what_changed_much_once_a_minute(relay: Relay, company: Company) -> None:
    begun = now()
    await relay.round(begun)
    assert (await known(), await entries()) == ([], [])
    await fetch(
        "INSERT INTO events (id, account_id, version, type, occurred_at, data, relayed_at)"
        " SELECT gen_random_uuid(), id, version + number, 'domain.added', now(), '{}', now()"
        f" FROM accounts, generate_series(1, {UNCOUNTED}) AS number"
    )
    [row] = await fetch(f"UPDATE accounts SET version = version + {UNCOUNTED} RETURNING version")
    await relay.round(begun + COUNT_EVERY / 2)
    assert (await known(), await entries()) == ([], [])
    await relay.round(begun + COUNT_EVERY)
    assert await known() == [(row["version"], 4, 0)]
    assert await entries() == [(row["version"], 4)]


async def test_the_relay_fills_in_what_users_are_searched_by_at_once(relay: Relay, company: Company) -> None:
    written = await fetch("SELECT id, search_text FROM users ORDER BY id")
    await fetch("UPDATE users SET search_text = NULL")
    assert await relay.round(now())
    assert await fetch("SELECT id, search_text FROM users ORDER BY id") == written
