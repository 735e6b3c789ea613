"""Giving one free seat to a user."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from orjson import loads

from models.access.credential_conditions import is_unchanged
from models.access.viewer import Viewer, ViewerChanged
from models.database.coalescing import fetch_together, values_of
from models.database.connection import fetch
from models.database.ids import new_id
from models.errors import AlreadyLicensed, NotFound
from models.events import commit_listeners
from models.events.events import EventType
from models.permissions import Permission
from models.reads.inventory import PoolCounts
from models.rules.account_transaction import account_transaction
from models.rules.idempotency import check_key, input_hash, require_same_input
from models.rules.row_snapshots import row_from_snapshot
from models.rules.seats import no_seat
from models.tables import License


@dataclass(frozen=True)
class LicenseAssigned:
    """The new license and the pool it was taken from, after it."""

    license: License
    pools: list[PoolCounts]


async def assign_license(
    viewer: Viewer, *, user_id: UUID, package_id: UUID, idempotency_key: str | None = None
) -> LicenseAssigned:
    """Give one free seat of a package to a user of the viewer's account; the user is mailed an activation link.

    One statement does it or finds the refusal. If another transaction is changing the account, its result does not
    count: then it is repeated under the account's lock. See docs/adr/0015.

    The viewer may be cached: the statement checks that the credential is valid and its rights are unchanged.

    Raises NotPermitted, InvalidInput, IdempotencyMismatch, NotFound, AlreadyLicensed, NoSeatAvailable, ViewerChanged.
    """
    viewer.require(Permission.ASSIGN_LICENSES)
    if idempotency_key is not None:
        check_key(idempotency_key)
    request = _request(viewer, user_id, package_id, idempotency_key)
    sql = ASSIGN_BY_KEY if viewer.api_key_id else ASSIGN
    found = await fetch_together(sql, request, immediate=True)
    done = await _outcome(request, found)
    if done is None:
        async with account_transaction(viewer.account_id):
            found = await _fetch_alone(sql, request)
            done = await _outcome(request, found)
    if done is None:
        raise RuntimeError("a license was neither given nor refused")
    if found["assigned"] is not None:
        commit_listeners.publish(viewer.account_id)
    return done


class AssignmentRequest(NamedTuple):
    """A viewer's request for an assignment, with the ids of the rows to be written: a row of the statement."""

    credential_id: UUID
    rights: str
    account_id: UUID
    user_id: UUID
    package_id: UUID
    license_id: UUID
    event_id: UUID
    actor_id: UUID
    key: str | None
    input_hash: bytes | None
    record_id: UUID


def _request(viewer: Viewer, user_id: UUID, package_id: UUID, key: str | None) -> AssignmentRequest:
    hashed = None if key is None else input_hash({"user_id": user_id, "package_id": package_id})
    return AssignmentRequest(
        credential_id=viewer.credential_id,
        rights=viewer.rights,
        account_id=viewer.account_id,
        user_id=user_id,
        package_id=package_id,
        license_id=new_id(),
        event_id=new_id(),
        actor_id=viewer.actor_id,
        key=key,
        input_hash=hashed,
        record_id=new_id(),
    )


async def _fetch_alone(sql: str, request: AssignmentRequest) -> Any:
    """The statement's row for one request, inside a transaction."""
    [found] = await fetch(sql, *values_of([request]))
    return found


async def _outcome(request: AssignmentRequest, found: Mapping[str, Any]) -> LicenseAssigned | None:
    """The answer; None where it has to be repeated under the account's lock. Raises the refusal."""
    account_id = request.account_id
    if found["assigned"] is not None:
        counts = (found["purchased"], found["assigned"], found["activated"])
        return LicenseAssigned(
            _license(request, found["assigned_at"]), [PoolCounts(account_id, request.package_id, *counts)]
        )
    if not found["as_seen"]:
        raise ViewerChanged
    if found["earlier_hash"] is not None:
        require_same_input(found["earlier_hash"], request.input_hash)
        return _answer_again(loads(found["earlier_answer"]))
    if not found["user_known"]:
        raise NotFound("User", request.user_id)
    if not found["package_known"]:
        raise NotFound("Package", request.package_id)
    if found["held"] is not None:
        raise AlreadyLicensed(row_from_snapshot(License, loads(found["held"])))
    if found["free"] <= 0 and (refusal := await no_seat(account_id, request.package_id)):
        raise refusal
    return None


def _license(request: AssignmentRequest, moment: datetime) -> License:
    """The row that the statement wrote."""
    return License.written(
        id=request.license_id,
        account_id=request.account_id,
        user_id=request.user_id,
        package_id=request.package_id,
        assigned_at=moment,
        assigned_by=request.actor_id,
        link_event_id=request.event_id,
    )


def _answer_again(answer: dict[str, Any]) -> LicenseAssigned:
    pools = [PoolCounts.from_json(pool) for pool in answer["pools"]]
    return LicenseAssigned(row_from_snapshot(License, answer["license"]), pools)


# `facts` is from the snapshot of the statement. The writes rest on it, so the account is locked at that very version,
# or skipped where another transaction holds its lock. Each part takes its rows from the one before. Of several
# requests for one user, or with one key, the first is done; seats go to the first requests, and each change of an
# account is a version of its own, in that order. Each request has a row, also where the account was deleted since.
_ASSIGN = """
WITH request AS MATERIALIZED (
    SELECT * FROM unnest(
        (SELECT $1::uuid[]), (SELECT $2::text[]), (SELECT $3::uuid[]), (SELECT $4::uuid[]), (SELECT $5::uuid[]),
        (SELECT $6::uuid[]), (SELECT $7::uuid[]), (SELECT $8::uuid[]), (SELECT $9::text[]), (SELECT $10::bytea[]),
        (SELECT $11::uuid[])
    ) WITH ORDINALITY AS request (
        credential_id, rights, account_id, user_id, package_id, license_id, event_id, actor_id, key, input_hash,
        record_id, caller_number
    )
), facts AS MATERIALIZED (
    SELECT request.*, account.version,
        {as_seen} AS as_seen,
        earlier.input_hash AS earlier_hash, earlier.answer AS earlier_answer,
        EXISTS (
            SELECT FROM users AS person WHERE person.id = request.user_id AND person.account_id = request.account_id
        ) AS user_known,
        EXISTS (SELECT FROM packages AS package WHERE package.id = request.package_id) AS package_known,
        (
            SELECT to_jsonb(license) FROM licenses AS license
            WHERE license.account_id = request.account_id AND license.user_id = request.user_id
                AND license.ended_at IS NULL
        ) AS held,
        coalesce((
            SELECT pool.purchased - pool.assigned FROM seat_pools AS pool
            WHERE pool.account_id = request.account_id AND pool.package_id = request.package_id
        ), 0) AS free
    FROM request
    LEFT JOIN accounts AS account ON account.id = request.account_id
    LEFT JOIN idempotency_records AS earlier
        ON earlier.account_id = request.account_id AND earlier.operation = '{operation}' AND earlier.key = request.key
), possible AS (
    SELECT facts.*,
        row_number() OVER (PARTITION BY account_id, user_id ORDER BY caller_number) AS of_user,
        row_number() OVER (PARTITION BY account_id, key ORDER BY caller_number) AS of_key
    FROM facts WHERE as_seen AND earlier_hash IS NULL AND user_known AND package_known AND held IS NULL
), queue AS MATERIALIZED (
    SELECT possible.*, row_number() OVER (PARTITION BY account_id, package_id ORDER BY caller_number) AS place
    FROM possible WHERE of_user = 1 AND (key IS NULL OR of_key = 1)
), account AS MATERIALIZED (
    SELECT account.id FROM accounts AS account
    JOIN (SELECT DISTINCT account_id, version FROM queue WHERE place <= free) AS seen
        ON seen.account_id = account.id AND seen.version = account.version
    FOR NO KEY UPDATE OF account SKIP LOCKED
), given AS MATERIALIZED (
    SELECT queue.*, row_number() OVER (PARTITION BY account_id ORDER BY caller_number) AS step
    FROM queue JOIN account ON account.id = queue.account_id WHERE place <= free
), pool AS (
    UPDATE seat_pools AS pool SET assigned = pool.assigned + taken.number
    FROM (SELECT account_id, package_id, count(*)::int AS number FROM given GROUP BY account_id, package_id) AS taken
    WHERE pool.account_id = taken.account_id AND pool.package_id = taken.package_id
    RETURNING pool.account_id, pool.package_id, pool.purchased, pool.assigned - taken.number AS before, pool.activated
), license AS (
    INSERT INTO licenses (id, account_id, user_id, package_id, assigned_at, assigned_by, link_event_id)
    SELECT license_id, account_id, user_id, package_id, $12, actor_id, event_id FROM given RETURNING *
), moved AS (
    UPDATE accounts SET version = accounts.version + steps.number
    FROM (SELECT account_id, count(*) AS number FROM given GROUP BY account_id) AS steps
    WHERE accounts.id = steps.account_id
), done AS MATERIALIZED (
    SELECT given.*, to_jsonb(license) AS license, counts.purchased, counts.assigned, counts.activated,
        to_jsonb(counts) AS pool
    FROM given
    JOIN license ON license.id = given.license_id
    JOIN pool ON pool.account_id = given.account_id AND pool.package_id = given.package_id
    CROSS JOIN LATERAL (
        SELECT pool.account_id, pool.package_id, pool.purchased, (pool.before + given.place)::int AS assigned,
            pool.activated
    ) AS counts
), event AS (
    INSERT INTO events (id, account_id, version, type, actor_id, occurred_at, data, pools)
    SELECT event_id, account_id, version + step, '{event}', actor_id, $12,
        jsonb_build_object('license_id', license_id, 'user_id', user_id, 'package_id', package_id),
        jsonb_build_array(pool)
    FROM done
), kept AS (
    INSERT INTO idempotency_records (id, account_id, operation, key, input_hash, answer, created_at)
    SELECT record_id, account_id, '{operation}', key, input_hash,
        jsonb_build_object('license', license, 'pools', jsonb_build_array(pool)), $12
    FROM done WHERE key IS NOT NULL
)
SELECT facts.caller_number, facts.as_seen, facts.earlier_hash, facts.earlier_answer, facts.user_known,
    facts.package_known, facts.held, facts.free, done.purchased, done.assigned, done.activated,
    $12::timestamptz AS assigned_at
FROM facts LEFT JOIN done ON done.caller_number = facts.caller_number
"""
_NAMES = {"operation": "assignLicense", "event": EventType.LICENSE_ASSIGNED}
_PLACES = {"credential": "request.credential_id", "rights": "request.rights", "moment": "$12"}
ASSIGN = _ASSIGN.format(as_seen=is_unchanged(by_api_key=False, **_PLACES), **_NAMES)
ASSIGN_BY_KEY = _ASSIGN.format(as_seen=is_unchanged(by_api_key=True, **_PLACES), **_NAMES)
