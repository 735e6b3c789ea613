"""The floor: no GraphQL. One route, one statement that finds the session and builds the JSON in SQL.

A real server is for everything that this one saves; nobody would write it so. It is the reference that the others are
compared with, because ratios hold where absolute figures do not.
"""

import hashlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

VIEWER = """
    SELECT person.account_id, person.id AS user_id FROM sessions AS session
    JOIN users AS person ON person.id = session.user_id
    WHERE session.hash = $1 AND session.revoked_at IS NULL AND session.expires_at > now()
        AND person.role = 'ADMINISTRATOR'
"""

# W1.
INVENTORY = f"""
WITH viewer AS ({VIEWER})
SELECT json_build_object('data', json_build_object('account', json_build_object('seatInventory', json_build_object(
    'version', account.version::text,
    'pools', (
        SELECT json_agg(json_build_object(
            'package', json_build_object('code', package.code),
            'purchased', coalesce(pool.purchased, 0),
            'assigned', coalesce(pool.assigned, 0),
            'activated', coalesce(pool.activated, 0),
            'available', coalesce(pool.purchased, 0) - coalesce(pool.assigned, 0)
        ) ORDER BY package.tier, package.code)
        FROM packages AS package
        LEFT JOIN seat_pools AS pool ON pool.package_id = package.id AND pool.account_id = account.id
        WHERE package.on_sale OR pool.id IS NOT NULL
    )
))))::text
FROM viewer JOIN accounts AS account ON account.id = viewer.account_id
"""

# W2.
USERS = f"""
WITH viewer AS ({VIEWER}), page AS MATERIALIZED (
    SELECT person.id, person.email, person.first_name, person.last_name,
        license.id AS license_id, license.assigned_at, package.code, package.name
    FROM (
        SELECT * FROM users WHERE account_id = (SELECT account_id FROM viewer) ORDER BY id LIMIT 51
    ) AS person
    LEFT JOIN licenses AS license
        ON license.account_id = person.account_id AND license.user_id = person.id AND license.ended_at IS NULL
    LEFT JOIN packages AS package ON package.id = license.package_id
), shown AS (SELECT * FROM page ORDER BY id LIMIT 50)
SELECT json_build_object('data', json_build_object('account', json_build_object('users', json_build_object(
    'totalCount', (SELECT count(*) FROM users WHERE account_id = viewer.account_id),
    'nodes', (
        SELECT json_agg(json_build_object(
            'id', id, 'email', email, 'firstName', first_name, 'lastName', last_name,
            'license', CASE WHEN license_id IS NOT NULL THEN json_build_object(
                'id', license_id, 'assignedAt', assigned_at,
                'package', json_build_object('code', code, 'name', name)
            ) END
        ) ORDER BY id) FROM shown
    ),
    'pageInfo', json_build_object(
        'hasNextPage', (SELECT count(*) > 50 FROM page), 'endCursor', (SELECT id FROM shown ORDER BY id DESC LIMIT 1)
    )
))))::text
FROM viewer
"""

# W3. Each part takes its rows from the one before it, so the locks are always taken in this order.
ASSIGN = f"""
WITH viewer AS ({VIEWER}), person AS (
    SELECT person.id FROM users AS person JOIN viewer ON viewer.account_id = person.account_id WHERE person.id = $2
), pool AS (
    UPDATE seat_pools AS pool SET assigned = assigned + 1 FROM viewer, person
    WHERE pool.account_id = viewer.account_id AND pool.package_id = $3 AND pool.assigned < pool.purchased
    RETURNING pool.account_id, pool.package_id, pool.purchased, pool.assigned, pool.activated
), account AS (
    UPDATE accounts SET version = version + 1 FROM pool WHERE accounts.id = pool.account_id
    RETURNING accounts.id, accounts.version
), license AS (
    INSERT INTO licenses (id, account_id, user_id, package_id, assigned_at, assigned_by, link_event_id)
    SELECT gen_random_uuid(), pool.account_id, $2, $3, now(), viewer.user_id, gen_random_uuid() FROM pool, viewer
    RETURNING id, link_event_id
), event AS (
    INSERT INTO events (id, account_id, version, type, actor_id, occurred_at, data, pools)
    SELECT license.link_event_id, account.id, account.version, 'license.assigned', viewer.user_id, now(),
        jsonb_build_object('license_id', license.id, 'user_id', $2::uuid, 'package_id', $3::uuid),
        jsonb_build_array(to_jsonb(pool))
    FROM account, license, pool, viewer
)
SELECT CASE WHEN pool.assigned IS NULL
    THEN json_build_object('data', json_build_object('assignLicense', json_build_object(
        '__typename', 'NoSeatAvailableError', 'code', 'NO_SEAT_AVAILABLE')))
    ELSE json_build_object('data', json_build_object('assignLicense', json_build_object(
        '__typename', 'LicenseAssigned', 'license', json_build_object('id', license.id),
        'pools', json_build_array(json_build_object(
            'assigned', pool.assigned, 'available', pool.purchased - pool.assigned)))))
END::text
FROM viewer LEFT JOIN pool ON true LEFT JOIN license ON true
"""

JSON = "application/json"


def make_app(database_url: str) -> Starlette:
    """The application."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            database_url, min_size=1, max_size=16, reset=_nothing, server_settings={"jit": "off"}
        ) as pool:
            app.state.pool = pool
            yield

    routes = [
        Route("/inventory", _inventory, methods=["POST"]),
        Route("/users", _users, methods=["POST"]),
        Route("/assign", _assign, methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def _inventory(request: Request) -> Response:
    return await _answer(request, INVENTORY)


async def _users(request: Request) -> Response:
    return await _answer(request, USERS)


async def _assign(request: Request) -> Response:
    given = await request.json()
    return await _answer(request, ASSIGN, UUID(given["userId"]), UUID(given["packageId"]))


async def _answer(request: Request, statement: str, *values: Any) -> Response:
    secret = request.headers.get("authorization", "").removeprefix("Bearer ")
    async with request.app.state.pool.acquire() as connection:
        found = await connection.fetchval(statement, hashlib.sha256(secret.encode()).digest(), *values)
    if found is None:
        return Response('{"errors": [{"message": "Sign in first."}]}', 401, media_type=JSON)
    return Response(found, media_type=JSON)


async def _nothing(_connection: asyncpg.Connection) -> None:
    """No statement of its own when a connection comes back; as Usher does."""


if __name__ == "__main__":
    uvicorn.run(
        make_app(os.environ["DATABASE_URL"]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
    )
