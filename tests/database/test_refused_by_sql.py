"""Refusals by the database itself, statement by statement."""

import json
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError

from models.database.connection import fetch, transaction
from models.database.ids import new_id
from tests.support.history import History
from tests.support.unchanged import nothing_changes
from tests.support.undone import try_out


def one(table: str, change: str, where: str = "true") -> str:
    """Change one row."""
    return f"UPDATE {table} SET {change} WHERE ctid = (SELECT ctid FROM {table} WHERE {where} ORDER BY 1 LIMIT 1)"


def copy(table: str, where: str = "true", **changes: Any) -> str:
    """Insert a copy of one row, with another id and these changes."""
    changed = json.dumps({"id": str(new_id())} | changes)
    return (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(this, '{changed}')).*"
        f" FROM {table} AS this WHERE {where} ORDER BY this::text LIMIT 1"
    )


# Constraint or unique index: statements that it refuses.
REFUSED: dict[str, list[str]] = {
    "accounts_name_check": [one("accounts", "name = ''")],
    "accounts_version_check": [one("accounts", "version = -1")],
    "users_role_check": [one("users", "role = 'OWNER'"), one("users", "role = 'administrator'")],
    "users_email_check": [one("users", "email = 'nobody'"), one("users", "email = '@example.com'")],
    "users_email_key": [
        one("users", "email = 'ben@example.com'", "email = 'ann@example.com'"),
        one("users", "email = 'BEN@Example.com'", "email = 'ann@example.org'"),
        copy("users", "email = 'ann@example.com'", email="ANN@EXAMPLE.COM"),
    ],
    "domains_state_check": [one("domains", "state = 'LOST'", "state = 'PENDING'")],
    "domains_approved_check": [
        one("domains", "approved_at = now()", "state = 'PENDING'"),
        one("domains", "approved_at = NULL", "state = 'APPROVED'"),
    ],
    "domains_approved_by_check": [
        one("domains", "approved_by = 'WISH'", "state = 'APPROVED'"),
        one("domains", "approved_by = 'TXT'", "state = 'PENDING'"),
    ],
    "domains_name_check": [one("domains", "name = upper(name)")],
    "domains_account_name_key": [copy("domains", "state = 'PENDING'")],
    "domains_approved_key": [
        "UPDATE domains SET state = 'APPROVED', approved_at = now() WHERE name = 'shared.example.net'",
    ],
    "packages_tier_check": [one("packages", "tier = 0")],
    "packages_unit_price_check": [one("packages", "unit_price = -0.01")],
    "packages_limits_check": [
        one("packages", "attachment_limit_megabytes = 0"),
        one("packages", "signatory_limit = -1"),
    ],
    "packages_currency_check": [one("packages", "currency = 'cad'"), one("packages", "currency = 'CA'")],
    "packages_term_check": [one("packages", "term = 'WEEK'")],
    "packages_code_key": [copy("packages")],
    "carts_version_check": [one("carts", "version = -1")],
    "cart_lines_quantity_check": [one("cart_lines", "quantity = 0"), one("cart_lines", "quantity = 10001")],
    "cart_lines_package_key": [copy("cart_lines", "user_id IS NOT NULL")],
    "cart_lines_api_key_key": [copy("cart_lines", "api_key_id IS NOT NULL")],
    "cart_lines_owner_check": [
        one("cart_lines", "user_id = NULL", "user_id IS NOT NULL"),
        one("cart_lines", "user_id = (SELECT id FROM users LIMIT 1)", "user_id IS NULL"),
    ],
    "carts_user_key": [copy("carts", "user_id IS NOT NULL")],
    "carts_api_key_key": [copy("carts", "api_key_id IS NOT NULL")],
    "carts_owner_check": [
        one("carts", "user_id = NULL", "user_id IS NOT NULL"),
        one("carts", "api_key_id = (SELECT id FROM api_keys LIMIT 1)", "api_key_id IS NULL"),
    ],
    "purchases_state_check": [one("purchases", "state = 'LOST'", "state = 'CANCELLED'")],
    "purchases_total_check": [one("purchases", "total = -1")],
    "purchases_completed_check": [
        one("purchases", "completed_at = NULL", "state = 'COMPLETED'"),
        one("purchases", "completed_at = now()", "state = 'FAILED'"),
    ],
    "purchases_accepted_check": [
        one("purchases", "accepted_at = NULL", "state = 'COMPLETED'"),
        one("purchases", "accepted_at = NULL", "state = 'AWAITING_PAYMENT'"),
        one("purchases", "state = 'FAILED'", "state = 'AWAITING_ACCEPTANCE'"),
    ],
    "purchases_number_key": [copy("purchases", "state = 'CANCELLED'")],
    "purchases_owner_waiting_key": [
        copy("purchases", f"state = 'AWAITING_ACCEPTANCE' AND cart_version IS NOT NULL AND {owner}", number="P-1")
        for owner in ("api_key_id IS NULL", "api_key_id IS NOT NULL")
    ],
    "purchases_owner_cart_key": [
        copy("purchases", f"state = 'COMPLETED' AND cart_version IS NOT NULL AND {owner}", number="P-1")
        for owner in ("api_key_id IS NULL", "api_key_id IS NOT NULL")
    ],
    "purchase_lines_quantity_check": [
        one("purchase_lines", "quantity = 0"),
        one("purchase_lines", "quantity = 10001"),
    ],
    "purchase_lines_unit_price_check": [one("purchase_lines", "unit_price = -0.01")],
    "purchase_lines_term_check": [one("purchase_lines", "term = 'WEEK'")],
    "purchase_lines_package_key": [copy("purchase_lines")],
    "payments_state_check": [one("payments", "state = 'LOST'", "settled_at IS NULL")],
    "payments_amount_check": [one("payments", "amount = -1")],
    "payments_settled_check": [
        one("payments", "settled_at = NULL", "state = 'SUCCEEDED'"),
        one("payments", "settled_at = NULL", "state = 'DECLINED'"),
        one("payments", "settled_at = now()", "state = 'REQUIRES_ACTION'"),
    ],
    "payments_succeeded_key": [copy("payments", "state = 'SUCCEEDED'")],
    "payments_open_key": [
        copy("payments", "state = 'REQUIRES_ACTION'"),
        copy("payments", "state = 'REQUIRES_ACTION'", state="PROCESSING"),
    ],
    "seat_pools_counters_check": [
        one("seat_pools", "assigned = purchased + 1"),
        one("seat_pools", "activated = assigned + 1"),
        one("seat_pools", "activated = -1"),
        one("seat_pools", "purchased = 0, assigned = 0, activated = -1"),
        one("seat_pools", "purchased = assigned - 1", "assigned > 0"),
    ],
    "seat_pools_package_key": [copy("seat_pools")],
    "account_totals_account_key": [copy("account_totals")],
    "unlicensed_users_user_key": [copy("unlicensed_users")],
    "search_versions_account_key": [copy("search_versions")],
    "seat_grants_quantity_check": [one("seat_grants", "quantity = 0"), one("seat_grants", "quantity = -1")],
    "seat_grants_term_check": [one("seat_grants", "term = 'WEEK'")],
    "seat_grants_line_key": [copy("seat_grants"), copy("seat_grants", ended_at="2030-01-01T00:00:00Z")],
    "licenses_end_check": [
        one("licenses", "ended_at = now()", "ended_at IS NULL"),
        one("licenses", "end_reason = 'REMOVED'", "ended_at IS NULL"),
        one("licenses", "end_reason = NULL", "ended_at IS NOT NULL"),
    ],
    "licenses_end_reason_check": [one("licenses", "end_reason = 'LOST'", "ended_at IS NOT NULL")],
    "licenses_interval_check": [
        one("licenses", "ended_at = assigned_at - interval '1 microsecond'", "ended_at IS NOT NULL")
    ],
    "licenses_live_key": [
        copy("licenses", "ended_at IS NULL"),
        "UPDATE licenses SET ended_at = NULL, end_reason = NULL WHERE end_reason = 'CHANGED'",
    ],
    "events_version_check": [one("events", "version = 0")],
    "events_version_key": [copy("events", "version = 3")],
    "deliveries_outcome_check": [one("deliveries", "sent_at = now(), failed_at = now()")],
    "deliveries_attempts_check": [one("deliveries", "attempts = -1")],
    "deliveries_consumer_key": [copy("deliveries")],
    "tokens_hash_check": [one("tokens", r"hash = '\x00'"), one("tokens", r"hash = hash || '\x00'")],
    "tokens_purpose_check": [one("tokens", "purpose = 'ENTER'", "purpose = 'SIGN_IN'")],
    "tokens_license_check": [
        one("tokens", "license_id = NULL", "purpose = 'ACTIVATE'"),
        one("tokens", "license_id = (SELECT id FROM licenses LIMIT 1)", "purpose = 'SIGN_IN'"),
    ],
    "tokens_hash_key": [copy("tokens")],
    "sessions_hash_check": [one("sessions", r"hash = '\x00'")],
    "sessions_kind_check": [one("sessions", "kind = 'JAR'")],
    "sessions_hash_key": [copy("sessions")],
    "api_keys_name_check": [one("api_keys", "name = ''")],
    "api_keys_scopes_check": [
        one("api_keys", f"scopes = '{wrong}'") for wrong in ("[]", "{}", '"PURCHASE"', "null", "7")
    ],
    "api_keys_networks_check": [
        one("api_keys", f"networks = '{wrong}'") for wrong in ("[]", "{}", '"192.0.2.0/24"', "null", "7")
    ],
    "api_key_secrets_hash_check": [one("api_key_secrets", r"hash = '\x00'")],
    "api_key_secrets_hint_check": [one("api_key_secrets", "hint = 'abc'"), one("api_key_secrets", "hint = ''")],
    "api_key_secrets_hash_key": [copy("api_key_secrets")],
    "catalogue_version_one_check": [
        "INSERT INTO catalogue_version (name, version) VALUES ('another', 1)",
        one("catalogue_version", "name = 'sold'"),
    ],
    "idempotency_records_hash_check": [one("idempotency_records", r"input_hash = '\x00'")],
    "idempotency_records_key_check": [one("idempotency_records", "key = ''")],
    "idempotency_records_key": [copy("idempotency_records", payment_id=None)],
    "idempotency_records_payment_key": [copy("idempotency_records", "payment_id IS NOT NULL", key="another")],
    "sign_in_requests_email_check": [
        "INSERT INTO sign_in_requests (id, email, requested_at) SELECT id, 'ann', now() FROM users LIMIT 1"
    ],
    "allowances_spent_spent_check": [
        "INSERT INTO allowances_spent (key, period, spent, spent_before, changed_at)"
        f" SELECT id, 1, {spent}, {before}, now() FROM users LIMIT 1"
        for spent, before in ((-1, 0), (0, -1))
    ],
    "sandbox_charges_amount_check": [one("sandbox_charges", "amount = -1")],
    "sandbox_charges_pkey": [copy("sandbox_charges")],
    "users_account_id_fkey": [one("users", f"account_id = '{new_id()}'")],
    "licenses_user_id_fkey": [one("licenses", f"user_id = '{new_id()}'", "ended_at IS NULL")],
}


@pytest.mark.parametrize(
    ("constraint", "statement"), [(name, statement) for name, all_of in REFUSED.items() for statement in all_of]
)
async def test_the_database_refuses(history: History, constraint: str, statement: str) -> None:
    with pytest.raises(IntegrityError) as refused:
        await try_out(statement)
    assert refused.value.args[0].constraint_name == constraint


async def test_everything_the_database_declares_is_tried_above(history: History) -> None:
    declared = await fetch(
        "SELECT conname AS name FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
        " UNION SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname LIKE '%\\_key'"
    )
    assert {row["name"] for row in declared} <= set(REFUSED)


OTHER_ACCOUNT = "(SELECT account_id FROM users WHERE email = 'admin@example.org')"
ADMINISTRATOR = "SELECT id FROM users WHERE email = 'admin@example.com'"


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE users SET role = 'STANDARD' WHERE id = ({ADMINISTRATOR})",
        "UPDATE users SET role = 'STANDARD'",
        f"UPDATE users SET account_id = {OTHER_ACCOUNT} WHERE id = ({ADMINISTRATOR})",
        "DELETE FROM users WHERE email = 'admin@example.net'",
    ],
    ids=["demoted", "everybody demoted", "moved to another account", "deleted"],
)
async def test_the_last_administrator_of_an_account_stays(history: History, statement: str) -> None:
    account, administrator = new_id(), new_id()
    # An account that nothing refers to, so that its people could be deleted.
    newcomers = [
        f"INSERT INTO accounts (id, name, version, created_at) VALUES ('{account}', 'New', 0, now())",
        *(
            f"INSERT INTO users (id, account_id, email, first_name, last_name, locale, role, created_at)"
            f" VALUES ('{id}', '{account}', '{name}@example.net', 'New', 'Here', 'en', '{role}', now())"
            for id, name, role in ((administrator, "admin", "ADMINISTRATOR"), (new_id(), "ann", "STANDARD"))
        ),
    ]
    with pytest.raises(IntegrityError, match="the account would have no administrator"):
        await try_out(*newcomers, statement)


async def demote_everybody() -> None:
    """In a transaction that would be kept."""
    async with transaction():
        await fetch("UPDATE users SET role = 'STANDARD'")


async def test_the_last_administrator_is_refused_at_the_commit_too(history: History) -> None:
    async with nothing_changes():
        with pytest.raises(asyncpg.CheckViolationError, match="the account would have no administrator"):
            await demote_everybody()


async def test_an_administrator_may_go_when_another_comes_in_the_same_transaction(history: History) -> None:
    await try_out(
        f"UPDATE users SET role = 'STANDARD' WHERE id = ({ADMINISTRATOR})",
        "UPDATE users SET role = 'ADMINISTRATOR' WHERE email = 'ann@example.com'",
    )


@pytest.mark.parametrize(
    "table", ["accounts", "users", "packages", "events", "purchases", "purchase_lines", "licenses"]
)
async def test_what_others_refer_to_cannot_be_deleted(history: History, table: str) -> None:
    with pytest.raises(IntegrityError, match=r"foreign key constraint"):
        await try_out(f"DELETE FROM {table}")
