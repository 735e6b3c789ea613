"""Accounts of any number and size, made by a handful of set-based statements; `usher verify` finds nothing wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg

from models.database.connection import connect, disconnect, fetch
from models.migrating.migrate import migrate
from models.operations.upkeep.keep_search_entries import keep_search_entries
from models.operations.upkeep.keep_totals import keep_totals
from models.rules.catalogue import load_shipped_catalogue

# A line of a purchase has that many seats at most.
LARGEST_LOT = 10_000


@dataclass(frozen=True)
class Accounts:
    """Accounts `first`, `first + 1`, ... that are all alike; the last user of each is its administrator."""

    first: int = 1
    count: int = 200
    users: int = 100
    seats: int = 200
    licensed: int = 60
    activated: int = 40
    codes: tuple[str, ...] = ("ECO", "ADVANCED", "PRO")


# 200 accounts, 20 000 users, 40 000 seats.
STANDARD = Accounts()
# 400 users for 100 seats.
RACE = Accounts(first=1001, count=1, users=401, seats=100, licensed=0, activated=0, codes=("PRO",))


def secret(account: int) -> str:
    """The secret of the session of an account's administrator."""
    return f"benchmark-{account}"


async def make_dataset(url: str, *groups: Accounts) -> None:
    """Migrate an empty database, and fill it."""
    await migrate(url)
    await connect(url, pool_size=2)
    try:
        await load_shipped_catalogue()
        await _fill_all(url, groups)
        await keep_totals()
        await keep_search_entries()
        await fetch("VACUUM ANALYZE search_entries")
    finally:
        await disconnect()


async def restore(connection: asyncpg.Connection, *, vacuum: bool = True) -> None:
    """Take back every assignment that was made since the dataset was."""
    async with connection.transaction():
        for statement in RESTORE:
            await connection.execute(statement)
    if vacuum:
        await connection.execute("VACUUM accounts, seat_pools, licenses, events")


@dataclass(frozen=True)
class Assignable:
    """A user without a license, and a package that has a seat for them."""

    account: int
    user_id: UUID
    package_id: UUID


async def assignable(connection: asyncpg.Connection, group: Accounts) -> list[Assignable]:
    """Every user of a group who can be given a license, the accounts in turn."""
    rows = await connection.fetch(ASSIGNABLE, group.first, group.first + group.count - 1, list(group.codes))
    return [Assignable(row["account"], row["user_id"], row["package_id"]) for row in rows]


async def _fill_all(url: str, groups: Sequence[Accounts]) -> None:
    connection = await asyncpg.connect(url)
    try:
        # Foreign keys are checked row by row, which takes longer than everything else.
        await connection.execute("SET session_replication_role = replica; SET statement_timeout = 0")
        # It takes a third of the time to make it when the users are there.
        searched = await connection.fetchval("SELECT pg_get_indexdef('users_search_idx'::regclass)")
        await connection.execute(f"DROP INDEX users_search_idx; {IDS}")
        for group in groups:
            values = _values(group)
            for statement in FILL:
                await connection.execute(statement.format(**values))
        await connection.execute(f"{searched}; {REMEMBER}")
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _values(group: Accounts) -> dict[str, Any]:
    kinds = len(group.codes)
    return {
        **vars(replace(group)),
        "last": group.first + group.count - 1,
        "codes": ", ".join(f"'{code}'" for code in group.codes),
        "kinds": kinds,
        "purchases": -(-group.seats // kinds // LARGEST_LOT),
        "lot": LARGEST_LOT,
    }


# In the order in which they are made, as Usher's own are: lists are sorted by them.
IDS = """
CREATE SCHEMA benchmark;
CREATE SEQUENCE benchmark.ids;
CREATE FUNCTION benchmark.new_id() RETURNS uuid LANGUAGE sql VOLATILE AS
$$ SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(nextval('benchmark.ids')), 12, '0'))::uuid $$;
"""

FILL = [
    """
    DROP TABLE IF EXISTS wanted_accounts, wanted_users, wanted_packages, wanted_licenses, wanted_purchases;
    CREATE TEMP TABLE wanted_accounts AS
    SELECT benchmark.new_id() AS id, series AS number FROM generate_series({first}, {last}) AS series
    """,
    """
    CREATE TEMP TABLE wanted_users AS
    SELECT benchmark.new_id() AS id, account.id AS account_id, account.number AS account, series AS number
    FROM wanted_accounts AS account, generate_series(1, {users}) AS series
    """,
    """
    CREATE TEMP TABLE wanted_packages AS
    SELECT *, {seats} / {kinds} + (place < {seats} % {kinds})::int AS seats,
        {licensed} / {kinds} + (place < {licensed} % {kinds})::int AS licensed,
        {activated} / {kinds} + (place < {activated} % {kinds})::int AS activated
    FROM (
        SELECT *, row_number() OVER (ORDER BY tier) - 1 AS place FROM packages WHERE code IN ({codes})
    ) AS numbered
    """,
    """
    CREATE TEMP TABLE wanted_licenses AS
    SELECT benchmark.new_id() AS id, benchmark.new_id() AS event_id, person.id AS user_id, person.account_id,
        person.number, package.id AS package_id, package.seats, package.licensed
    FROM wanted_users AS person JOIN wanted_packages AS package ON package.place = (person.number - 1) % {kinds}
    WHERE person.number <= {licensed}
    """,
    """
    CREATE TEMP TABLE wanted_purchases AS
    SELECT benchmark.new_id() AS id, account.id AS account_id, account.number AS account, series AS number,
        person.id AS buyer_id
    FROM wanted_accounts AS account
    JOIN wanted_users AS person ON person.account_id = account.id AND person.number = {users},
    generate_series(1, {purchases}) AS series;
    ANALYZE wanted_accounts, wanted_users, wanted_packages, wanted_licenses, wanted_purchases
    """,
    """
    INSERT INTO accounts (id, name, version, created_at)
    SELECT id, 'Company ' || number, {purchases} + {licensed} + {activated}, now() - interval '30 days'
    FROM wanted_accounts
    """,
    """
    INSERT INTO users (id, account_id, email, first_name, last_name, locale, role, created_at, search_text)
    SELECT id, account_id, 'user' || number || '@company' || account || '.example.com', 'First' || number,
        'Last' || account, CASE number % 2 WHEN 0 THEN 'en' ELSE 'fr-CA' END,
        CASE number WHEN {users} THEN 'ADMINISTRATOR' ELSE 'STANDARD' END, now() - interval '29 days',
        format('first%s last%s user%1$s@company%2$s.example.com', number, account)
    FROM wanted_users
    """,
    """
    INSERT INTO sessions (id, hash, kind, account_id, user_id, client, created_at, expires_at)
    SELECT benchmark.new_id(), sha256(convert_to('benchmark-' || account, 'UTF8')), 'BEARER', account_id, id, '',
        now(), now() + interval '30 days'
    FROM wanted_users WHERE number = {users}
    """,
    """
    WITH lines AS (
        SELECT benchmark.new_id() AS id, purchase.id AS purchase_id, purchase.account_id, package.id AS package_id,
            least({lot}, package.seats - (purchase.number - 1) * {lot}) AS quantity, unit_price, currency, term
        FROM wanted_purchases AS purchase, wanted_packages AS package
        WHERE package.seats > (purchase.number - 1) * {lot}
    ), bought AS (
        INSERT INTO purchases (id, account_id, buyer_id, number, state, cart_version, total, currency, created_at,
            expires_at, accepted_at, completed_at)
        SELECT purchase.id, purchase.account_id, buyer_id, 'B-' || account || '-' || number, 'COMPLETED', number,
            (SELECT sum(quantity * unit_price) FROM lines WHERE purchase_id = purchase.id),
            (SELECT currency FROM wanted_packages LIMIT 1),
            now() - interval '28 days', now() - interval '27 days', now() - interval '28 days',
            now() - interval '28 days'
        FROM wanted_purchases AS purchase
        RETURNING id, account_id, total, currency, completed_at
    ), paid AS (
        INSERT INTO payments (id, account_id, purchase_id, provider, method, state, amount, currency, created_at,
            settled_at)
        SELECT benchmark.new_id(), account_id, id, 'sandbox', 'pm_card_visa', 'SUCCEEDED', total, currency,
            completed_at, completed_at
        FROM bought RETURNING id, method, amount, currency, settled_at
    ), charged AS (
        INSERT INTO sandbox_charges (payment_id, method, amount, currency, charged_at) SELECT * FROM paid
    ), kept AS (
        INSERT INTO purchase_lines (id, account_id, purchase_id, package_id, quantity, unit_price, term)
        SELECT id, account_id, purchase_id, package_id, quantity, unit_price, term FROM lines
    )
    INSERT INTO seat_grants (id, account_id, package_id, purchase_line_id, quantity, term, granted_at)
    SELECT benchmark.new_id(), account_id, package_id, id, quantity, term, now() - interval '28 days' FROM lines
    """,
    """
    INSERT INTO seat_pools (id, account_id, package_id, purchased, assigned, activated)
    SELECT benchmark.new_id(), account.id, package.id, package.seats, package.licensed, package.activated
    FROM wanted_accounts AS account, wanted_packages AS package
    """,
    """
    INSERT INTO licenses (id, account_id, user_id, package_id, assigned_at, assigned_by, activated_at, link_event_id)
    SELECT license.id, license.account_id, user_id, package_id, now() - interval '27 days', buyer_id,
        CASE WHEN license.number <= {activated} THEN now() - interval '26 days' END, event_id
    FROM wanted_licenses AS license
    JOIN wanted_purchases AS purchase ON purchase.account_id = license.account_id AND purchase.number = 1
    """,
    """
    INSERT INTO events (id, account_id, version, type, actor_id, occurred_at, data, pools, relayed_at)
    SELECT benchmark.new_id(), purchase.account_id, purchase.number, 'purchase.completed', buyer_id,
        now() - interval '28 days', jsonb_build_object('purchase_id', purchase.id, 'seats', jsonb_agg(
            jsonb_build_object('package_id', package.id,
                'quantity', least({lot}, package.seats - (purchase.number - 1) * {lot})))),
        jsonb_agg(jsonb_build_object('account_id', purchase.account_id, 'package_id', package.id,
            'purchased', least(package.seats, purchase.number * {lot}), 'assigned', 0, 'activated', 0)),
        now() - interval '28 days'
    FROM wanted_purchases AS purchase, wanted_packages AS package
    WHERE package.seats > (purchase.number - 1) * {lot}
    GROUP BY purchase.account_id, purchase.number, purchase.id, buyer_id
    """,
    """
    INSERT INTO events (id, account_id, version, type, actor_id, occurred_at, data, pools, relayed_at)
    SELECT event_id, license.account_id, {purchases} + license.number, 'license.assigned', buyer_id,
        now() - interval '27 days',
        jsonb_build_object('license_id', license.id, 'user_id', user_id, 'package_id', package_id),
        jsonb_build_array(jsonb_build_object('account_id', license.account_id, 'package_id', package_id,
            'purchased', seats, 'assigned', (license.number - 1) / {kinds} + 1, 'activated', 0)),
        now() - interval '27 days'
    FROM wanted_licenses AS license
    JOIN wanted_purchases AS purchase ON purchase.account_id = license.account_id AND purchase.number = 1
    """,
    """
    INSERT INTO events (id, account_id, version, type, actor_id, occurred_at, data, pools, relayed_at)
    SELECT benchmark.new_id(), account_id, {purchases} + {licensed} + number, 'license.activated', user_id,
        now() - interval '26 days',
        jsonb_build_object('license_id', id, 'user_id', user_id, 'package_id', package_id),
        jsonb_build_array(jsonb_build_object('account_id', account_id, 'package_id', package_id,
            'purchased', seats, 'assigned', licensed, 'activated', (number - 1) / {kinds} + 1)),
        now() - interval '26 days'
    FROM wanted_licenses WHERE number <= {activated}
    """,
    """
    INSERT INTO deliveries (id, account_id, event_id, consumer, recipient_id, in_order, attempts, due_at, sent_at)
    SELECT benchmark.new_id(), account_id, event_id, 'license_assigned', user_id, true, 1, now() - interval '27 days',
        now() - interval '27 days'
    FROM wanted_licenses
    """,
]

REMEMBER = """
CREATE TABLE benchmark.accounts AS SELECT id, version FROM accounts;
CREATE TABLE benchmark.pools AS SELECT id, assigned FROM seat_pools;
CREATE TABLE benchmark.made AS SELECT now() AS at;
"""

RESTORE = [
    "DELETE FROM licenses WHERE assigned_at > (SELECT at FROM benchmark.made)",
    """
    DELETE FROM events USING benchmark.accounts AS kept
    WHERE events.account_id = kept.id AND events.version > kept.version
    """,
    """
    UPDATE accounts SET version = kept.version FROM benchmark.accounts AS kept
    WHERE accounts.id = kept.id AND accounts.version <> kept.version
    """,
    """
    UPDATE seat_pools SET assigned = kept.assigned FROM benchmark.pools AS kept
    WHERE seat_pools.id = kept.id AND seat_pools.assigned <> kept.assigned
    """,
]

ASSIGNABLE = """
SELECT account.number AS account, person.id AS user_id, package.id AS package_id
FROM (
    SELECT id, account_id, row_number() OVER (PARTITION BY account_id ORDER BY id) AS number
    FROM users WHERE role = 'STANDARD'
        AND NOT EXISTS (SELECT FROM licenses WHERE licenses.account_id = users.account_id
            AND licenses.user_id = users.id AND ended_at IS NULL)
) AS person
JOIN (
    SELECT id, substring(name FROM '[0-9]+')::int AS number FROM accounts
) AS account ON account.id = person.account_id AND account.number BETWEEN $1 AND $2
JOIN (
    SELECT id, row_number() OVER (ORDER BY tier) - 1 AS place FROM packages WHERE code = ANY($3)
) AS package ON package.place = person.number % cardinality($3::text[])
ORDER BY person.number, account.number
"""
