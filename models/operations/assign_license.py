"""Giving one free seat to a user."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from orjson import loads

from models import wakeups
from models.account_transaction import account_transaction
from models.clock import now
from models.credentials import still_signed_in
from models.database import fetch, run_alone
from models.errors import AlreadyLicensed, NotFound
from models.events import EventType
from models.idempotency import check_key, input_hash, require_same_input
from models.ids import new_id
from models.inventory import PoolCounts
from models.permission import Permission
from models.seats import no_seat
from models.snapshots import row_again
from models.still_allowed import granting, still_allowed
from models.tables import License
from models.viewer import Viewer


@dataclass(frozen=True)
class LicenseAssigned:
    """The new license and the pool it was taken from, after it."""

    license: License
    pools: list[PoolCounts]


async def assign_license(
    viewer: Viewer, *, user_id: UUID, package_id: UUID, idempotency_key: str | None = None
) -> LicenseAssigned:
    """Give one free seat of a package to a user of the viewer's account; the user is mailed an activation link.

    One statement does it, or finds what is in the way. Where somebody else is changing the account, that says
    nothing: then this waits for its turn, and asks again under the account's lock. See docs/adr/0015.

    Raises NotPermitted, InvalidInput, IdempotencyMismatch, NotFound, AlreadyLicensed, NoSeatAvailable.
    """
    viewer.require(Permission.ASSIGN_LICENSES)
    if idempotency_key is not None:
        check_key(idempotency_key)
    wish = _Wish(viewer, user_id, package_id, idempotency_key)
    attempt = await _attempt(wish, run_alone)
    done = await _outcome(wish, attempt)
    if done is None:
        async with account_transaction(viewer.account_id):
            attempt = await _attempt(wish, fetch)
            done = await _outcome(wish, attempt) or await _not_allowed(viewer)
    if attempt.license is not None:
        wakeups.announce(viewer.account_id)
    return done


@dataclass(frozen=True)
class _Wish:
    """Who is to get what, as the viewer asked for it."""

    viewer: Viewer
    user_id: UUID
    package_id: UUID
    key: str | None

    @property
    def input_hash(self) -> bytes | None:
        if self.key is None:
            return None
        return input_hash({"user_id": self.user_id, "package_id": self.package_id})


@dataclass(frozen=True)
class _Attempt:
    """What stood when the statement ran, and the license it gave, if it did."""

    found: Mapping[str, Any]
    license: License | None


async def _attempt(wish: _Wish, fetch_rows: Callable[..., Awaitable[list[Any]]]) -> _Attempt:
    """Give the license if nothing is in the way, alone or in a transaction: `fetch_rows` tells where."""
    viewer, moment = wish.viewer, now()
    license = License(
        id=new_id(),
        account_id=viewer.account_id,
        user_id=wish.user_id,
        package_id=wish.package_id,
        assigned_at=moment,
        assigned_by=viewer.actor_id,
        link_event_id=new_id(),
    )
    [found] = await fetch_rows(
        ASSIGN_BY_KEY if viewer.api_key_id else ASSIGN,
        viewer.credential_id,
        moment,
        granting(viewer, Permission.ASSIGN_LICENSES),
        viewer.account_id,
        wish.user_id,
        wish.package_id,
        license.id,
        license.link_event_id,
        viewer.actor_id,
        wish.key,
        wish.input_hash,
        new_id(),
    )
    if found["assigned"] is None:
        return _Attempt(found, None)
    license._saved_in_db = True  # noqa: SLF001 - as Tortoise notes of rows that it wrote itself
    return _Attempt(found, license)


async def _outcome(wish: _Wish, attempt: _Attempt) -> LicenseAssigned | None:
    """The answer, or the refusal; None where only the account's lock can tell."""
    found, account_id = attempt.found, wish.viewer.account_id
    if attempt.license is not None:
        counts = (found["purchased"], found["assigned"], found["activated"])
        return LicenseAssigned(attempt.license, [PoolCounts(account_id, wish.package_id, *counts)])
    if not found["allowed"]:
        return None
    if found["earlier_hash"] is not None:
        require_same_input(found["earlier_hash"], wish.input_hash)
        return _answer_again(loads(found["earlier_answer"]))
    if not found["user_known"]:
        raise NotFound("User", wish.user_id)
    if not found["package_known"]:
        raise NotFound("Package", wish.package_id)
    if found["held"] is not None:
        raise AlreadyLicensed(row_again(License, loads(found["held"])))
    if not found["free"] and (refusal := await no_seat(account_id, wish.package_id)):
        raise refusal
    return None


async def _not_allowed(viewer: Viewer) -> LicenseAssigned:
    """Tell under the lock why nothing was done: no other reason is left. Raises Unauthenticated, NotPermitted."""
    (await still_signed_in(viewer)).require(Permission.ASSIGN_LICENSES)
    raise RuntimeError("a license was neither given nor refused")


def _answer_again(answer: dict[str, Any]) -> LicenseAssigned:
    pools = [PoolCounts.from_json(pool) for pool in answer["pools"]]
    return LicenseAssigned(row_again(License, answer["license"]), pools)


# `facts` is what stands in the snapshot of the statement. What is written rests on it, so the account must not have
# moved on since: it is locked at that very version, or not at all where somebody else is at work on it. Each part
# takes its rows from the one before.
_ASSIGN = """
WITH facts AS MATERIALIZED (
    SELECT account.version,
        {allowed} AS allowed,
        earlier.input_hash AS earlier_hash, earlier.answer AS earlier_answer,
        EXISTS (SELECT FROM users WHERE id = $5 AND account_id = $4) AS user_known,
        EXISTS (SELECT FROM packages WHERE id = $6) AS package_known,
        (
            SELECT to_jsonb(license) FROM licenses AS license
            WHERE license.account_id = $4 AND license.user_id = $5 AND license.ended_at IS NULL
        ) AS held,
        EXISTS (
            SELECT FROM seat_pools WHERE account_id = $4 AND package_id = $6 AND assigned < purchased
        ) AS free
    FROM accounts AS account
    LEFT JOIN idempotency_records AS earlier
        ON earlier.account_id = account.id AND earlier.operation = '{operation}' AND earlier.key = $10::text
    WHERE account.id = $4
), account AS MATERIALIZED (
    SELECT account.id FROM facts JOIN accounts AS account ON account.id = $4 AND account.version = facts.version
    WHERE allowed AND earlier_hash IS NULL AND user_known AND package_known AND held IS NULL AND free
    FOR NO KEY UPDATE OF account SKIP LOCKED
), pool AS (
    UPDATE seat_pools AS pool SET assigned = assigned + 1 FROM account
    WHERE pool.account_id = account.id AND pool.package_id = $6
    RETURNING pool.account_id, pool.package_id, pool.purchased, pool.assigned, pool.activated
), license AS (
    INSERT INTO licenses (id, account_id, user_id, package_id, assigned_at, assigned_by, link_event_id)
    SELECT $7, account_id, $5, package_id, $2, $9, $8 FROM pool RETURNING *
), moved AS (
    UPDATE accounts SET version = version + 1 FROM pool WHERE accounts.id = pool.account_id RETURNING version
), event AS (
    INSERT INTO events (id, account_id, version, type, actor_id, occurred_at, data, pools)
    SELECT $8, pool.account_id, moved.version, '{event}', $9, $2,
        jsonb_build_object('license_id', license.id, 'user_id', license.user_id, 'package_id', license.package_id),
        jsonb_build_array(to_jsonb(pool))
    FROM pool, license, moved
), kept AS (
    INSERT INTO idempotency_records (id, account_id, operation, key, input_hash, answer, created_at)
    SELECT $12, pool.account_id, '{operation}', $10, $11,
        jsonb_build_object('license', to_jsonb(license), 'pools', jsonb_build_array(to_jsonb(pool))), $2
    FROM pool, license WHERE $10 IS NOT NULL
)
SELECT allowed, earlier_hash, earlier_answer, user_known, package_known, held, free, purchased, assigned, activated
FROM facts LEFT JOIN pool ON true
"""
_NAMES = {"operation": "assignLicense", "event": EventType.LICENSE_ASSIGNED}
ASSIGN = _ASSIGN.format(allowed=still_allowed(by_api_key=False), **_NAMES)
ASSIGN_BY_KEY = _ASSIGN.format(allowed=still_allowed(by_api_key=True), **_NAMES)
