"""The invariants hold over a rich past, and each of them finds what breaks it."""

import json
from typing import Any

import pytest

from models.database.connection import execute_many, fetch
from models.database.ids import new_id
from models.events.events import EventType
from models.invariants import INVARIANTS, MOST_SHOWN
from tests.database.test_declared import NOBODYS
from tests.support.history import History
from tests.support.recorded import broken_invariants
from tests.support.undone import undone

MINE = "(SELECT account_id FROM users WHERE email = 'admin@example.com')"
THEIRS = "(SELECT account_id FROM users WHERE email = 'admin@example.org')"


def copy(table: str, where: str, **changes: Any) -> str:
    """Insert a copy of one row, with another id and these changes."""
    changed = json.dumps({"id": str(new_id())} | changes)
    return (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(this, '{changed}')).*"
        f" FROM {table} AS this WHERE {where} LIMIT 1"
    )


def one(table: str, change: str, where: str) -> str:
    """Change one row."""
    return f"UPDATE {table} SET {change} WHERE ctid = (SELECT ctid FROM {table} WHERE {where} ORDER BY 1 LIMIT 1)"


def drop_check(table: str, name: str) -> str:
    """Take a CHECK away, until the transaction is undone."""
    return f"ALTER TABLE {table} DROP CONSTRAINT {table}_{name}_check"


def set_in_event(where: str, path: str, value: str) -> str:
    """Change one number in the counts of one event."""
    return one("events", f"pools = jsonb_set(pools, '{path}', '{value}')", where)


COMPLETE_A_FAILED_ONE = one("purchases", "state = 'COMPLETED', completed_at = now()", "state = 'FAILED'")
COUNTED_TWICE = "pools = pools || jsonb_set(pools -> 0, '{assigned}', '7')"
NEWEST = f"version = (SELECT max(version) FROM events WHERE account_id = {MINE} AND pools IS NOT NULL)"

# Rule: what an intruder, or a bug, might do to break it, each as the statements of one transaction.
BROKEN: dict[str, list[list[str]]] = {
    "counters equal the rows": [
        [f"UPDATE seat_pools SET purchased = purchased + 1 WHERE account_id = {MINE}"],
        [one("seat_pools", "assigned = assigned - 1, activated = 0", "assigned > 0")],
        [one("seat_pools", "activated = activated - 1", "activated > 0")],
        [one("seat_grants", "quantity = quantity + 1", "true")],
        [one("seat_grants", "ended_at = now()", "true")],
        [one("licenses", "ended_at = now(), end_reason = 'REMOVED'", "ended_at IS NULL")],
        [one("licenses", "activated_at = NULL", "ended_at IS NULL AND activated_at IS NOT NULL")],
        [f"DELETE FROM seat_pools WHERE account_id = {MINE}"],
    ],
    "counters equal the newest events": [
        [f"UPDATE seat_pools SET purchased = purchased + 1 WHERE account_id = {MINE}"],
        [set_in_event(f"account_id = {MINE} AND {NEWEST}", "{0,purchased}", "9")],
        [f"DELETE FROM seat_pools WHERE account_id = {MINE}"],
        [f"UPDATE events SET pools = NULL WHERE account_id = {MINE} AND {NEWEST}"],
    ],
    "every event's counts follow from the events before it": [
        [set_in_event(f"account_id = {MINE} AND type = 'license.assigned'", "{0,assigned}", "7")],
        [set_in_event(f"account_id = {MINE} AND type = 'license.activated'", "{0,activated}", "7")],
        [set_in_event(f"account_id = {MINE} AND type = 'purchase.completed'", "{0,purchased}", "7")],
        [one("events", "pools = NULL", "type = 'license.removed'")],
        [one("events", "pools = pools - 0", "type = 'license.changed'")],
        [one("events", "data = jsonb_set(data, '{seats,0,quantity}', '9')", "type = 'purchase.completed'")],
        [one("events", "type = 'license.removed'", "type = 'license.transferred'")],
        [one("events", "type = 'user.added'", "type = 'license.activated'")],
        [one("events", COUNTED_TWICE, "type = 'license.assigned'")],
        [one("events", "version = NULL", "type = 'license.transferred'")],
    ],
    "0 <= activated <= assigned <= purchased": [
        [drop_check("seat_pools", "counters"), one("seat_pools", change, "true")]
        for change in ("purchased = assigned - 1", "activated = assigned + 1", "activated = -1", "assigned = -1")
    ],
    "an account's events are gapless and its version is the last": [
        [f"UPDATE accounts SET version = version + 1 WHERE id = {MINE}"],
        [f"UPDATE accounts SET version = version - 1 WHERE id = {MINE}"],
        [one("events", "version = version + 1000", "version IS NOT NULL")],
        [one("events", "version = NULL", "version IS NOT NULL")],
        [one("events", f"account_id = {THEIRS}, version = 1000", f"account_id = {MINE} AND version = 5")],
    ],
    "a user holds one license at most": [
        ["DROP INDEX licenses_live_key", copy("licenses", "ended_at IS NULL")],
        ["DROP INDEX licenses_live_key", "UPDATE licenses SET ended_at = NULL, end_reason = NULL"],
    ],
    "a completed purchase has each line's seats once, and nothing else has any": [
        ["DROP INDEX seat_grants_line_key", copy("seat_grants", "true")],
        [one("seat_grants", "quantity = quantity + 1", "true")],
        [one("seat_grants", "quantity = quantity - 1", "quantity > 1")],
        ["DELETE FROM seat_grants"],
        [one("purchases", "state = 'FAILED', completed_at = NULL", "state = 'COMPLETED'")],
        ["DROP INDEX purchases_owner_cart_key", COMPLETE_A_FAILED_ONE],
    ],
    "a completed purchase is paid once, in full, and nothing else is": [
        [one("payments", "amount = amount - 0.01", "state = 'SUCCEEDED'")],
        [one("payments", "state = 'DECLINED'", "state = 'SUCCEEDED'")],
        [one("payments", "state = 'SUCCEEDED'", "state = 'DECLINED'")],
        ["DROP INDEX payments_succeeded_key", copy("payments", "state = 'SUCCEEDED'")],
        ["DROP INDEX purchases_owner_cart_key", COMPLETE_A_FAILED_ONE],
        [one("purchases", "state = 'CANCELLED', completed_at = NULL", "state = 'COMPLETED'")],
    ],
    "a purchase's total is the sum of its lines": [
        [one("purchases", "total = total + 0.01", "true")],
        [one("purchase_lines", "unit_price = unit_price + 0.01", "true")],
        ["DELETE FROM seat_grants", "DELETE FROM purchase_lines"],
    ],
    "the sandbox charged what is recorded, and nothing else": [
        ["UPDATE sandbox_charges SET amount = amount + 0.01"],
        ["UPDATE sandbox_charges SET currency = 'USD'"],
        ["DELETE FROM sandbox_charges"],
        [one("sandbox_charges", "method = 'pm_card_visa'", "method = 'pm_card_chargeDeclined'")],
        ["INSERT INTO sandbox_charges SELECT gen_random_uuid(), method, amount, currency, now() FROM payments"],
    ],
    "what an API key buys, it buys for who made it": [
        [
            one(
                "purchases",
                "buyer_id = (SELECT id FROM users WHERE email = 'ann@example.com')",
                "api_key_id IS NOT NULL",
            )
        ],
    ],
    "every account has an administrator": [
        [f"UPDATE users SET role = 'STANDARD' WHERE account_id = {MINE}"],
        [f"INSERT INTO accounts (id, name, version, created_at) VALUES ('{new_id()}', 'Nobody', 0, now())"],
    ],
    "every license came from an event": [
        [copy("licenses", "ended_at IS NOT NULL")],
        [one("events", "data = data - 'license_id'", "type = 'license.assigned'")],
        [one("events", "type = 'user.added'", "type = 'license.transferred'")],
        [one("events", f"account_id = {THEIRS}, version = 1000", "type = 'license.assigned'")],
    ],
    "every relayed license event has its notices": [
        ["DELETE FROM deliveries"],
        ["DELETE FROM deliveries WHERE consumer = 'mail.license_transferred_from'"],
        *[
            [one("events", "relayed_at = now()", f"type = '{event_type}' AND relayed_at IS NULL")]
            for event_type in ("license.assigned", "license.changed", "license.transferred", "license.removed")
        ],
    ],
    "users are searched by their names and addresses": [
        [f"UPDATE users SET search_text = '{text}' WHERE email = 'ann@example.com'"]
        for text in ("", "ann ann@example.com", "ann  example ann@example.com", "Ann Example ann@example.com")
    ]
    + [
        ["UPDATE users SET email = 'anne@example.com' WHERE email = 'ann@example.com'"],
        ["UPDATE users SET first_name = 'Anne' WHERE email = 'ann@example.com'"],
        ["UPDATE users SET first_name = 'Zoé', search_text = 'zoe example' WHERE email = 'ann@example.com'"],
    ],
    "the known lengths of lists equal the rows": [
        ["UPDATE account_totals SET users = users + 1"],
        ["UPDATE account_totals SET seat_events = seat_events - 1"],
        # Of a version before the last user came, or the last seat moved.
        ["UPDATE account_totals SET version = 1"],
        [copy("users", "email = 'ann@example.com'", email="another@example.com", search_text=None)],
    ],
    "users without a license are known where the lengths are": [
        ["DELETE FROM unlicensed_users"],
        [one("licenses", "ended_at = now(), end_reason = 'REMOVED'", "ended_at IS NULL")],
    ],
    "search entries are what their users are": [
        [one("search_entries", "search_text = search_text || 's'", f"account_id = {MINE}")],
        [one("search_entries", f"package_id = '{new_id()}'", f"account_id = {MINE}")],
        [f"DELETE FROM search_entries WHERE account_id = {MINE}"],
        [copy("search_entries", f"account_id = {MINE}", user_id=str(new_id()))],
        [one("search_entries", f"account_id = {THEIRS}", f"account_id = {MINE}")],
        ["DELETE FROM search_versions"],
        [one("licenses", "ended_at = now(), end_reason = 'REMOVED'", "ended_at IS NULL")],
        ["UPDATE users SET search_text = 'another' WHERE email = 'ann@example.com'"],
    ],
}

# Rules of the form "table.column stays in its account": one row of the table is given to the other account.
STAYS = [invariant.name for invariant in INVARIANTS if invariant.name.endswith(" stays in its account")]
BROKEN |= {name: [[one(name.partition(".")[0], f"account_id = {THEIRS}", f"account_id = {MINE}")]] for name in STAYS}

# Of rows that may have none, one that has.
for name in STAYS:
    table, _, column = name.removesuffix(" stays in its account").partition(".")
    if name.startswith(("tokens.license_id", "cart")) or column == "api_key_id":
        where = f"account_id = {MINE} AND {column} IS NOT NULL"
        BROKEN[name] = [[one(table, f"account_id = {THEIRS}", where)]]


async def broken_after(*statements: str) -> dict[str, list[dict[str, Any]]]:
    """The rules that do not hold after these statements, which are undone, and the rows that break them."""
    async with undone():
        for statement in statements:
            await execute_many(statement, [()])
        return await broken_invariants()


async def test_every_rule_holds_over_a_rich_past(history: History) -> None:
    assert await broken_invariants() == {}


async def test_the_past_is_rich_enough_to_break_every_rule(history: History) -> None:
    tables = await fetch(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename !~ 'migration'"
    )
    for account in (history.company.account_id, history.other.account_id):
        for table in {row["name"] for row in tables} - NOBODYS - {"deliveries"}:
            assert await fetch(f"SELECT FROM {table} WHERE account_id = $1", account), table
    types = {row["type"] for row in await fetch("SELECT DISTINCT type FROM events")}
    assert {event.value for event in EventType} - types == {"sign_in.requested"}
    assert await history.company.counts() == {"ECO": (5, 1, 0), "ADVANCED": (2, 0, 0), "PRO": (2, 1, 1)}


@pytest.mark.parametrize(
    ("name", "statements"), [(name, statements) for name, ways in BROKEN.items() for statements in ways]
)
async def test_each_rule_finds_what_breaks_it(history: History, name: str, statements: list[str]) -> None:
    broken = await broken_after(*statements)
    assert name in broken
    assert 1 <= len(broken[name]) <= MOST_SHOWN
    assert await broken_invariants() == {}


def test_every_rule_is_broken_above() -> None:
    assert list(BROKEN) == [invariant.name for invariant in INVARIANTS]


async def test_not_more_rows_are_shown_than_anybody_reads(history: History) -> None:
    broken = await broken_after(
        "INSERT INTO accounts (id, name, version, created_at)"
        " SELECT gen_random_uuid(), 'Nobody', 0, now() FROM generate_series(1, 30)"
    )
    assert list(broken) == ["every account has an administrator"]
    assert len(broken["every account has an administrator"]) == MOST_SHOWN == 20
