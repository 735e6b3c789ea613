"""Everything the database itself refuses, and the indexes that reads stand on."""

from tortoise.migrations import operations as ops

from models.migrating.schema_change import Kind, SchemaChange

CHECKS = {
    "accounts": {"version": "version >= 0", "name": "name <> ''"},
    "users": {"role": "role IN ('STANDARD', 'ADMINISTRATOR')", "email": "email LIKE '%_@_%'"},
    "domains": {
        "state": "state IN ('PENDING', 'APPROVED', 'REFUSED')",
        "approved": "(state = 'APPROVED') = (approved_at IS NOT NULL)",
        "name": "name = lower(name)",
    },
    "packages": {
        "tier": "tier >= 1",
        "unit_price": "unit_price >= 0",
        "limits": "attachment_limit_megabytes > 0 AND signatory_limit >= 0",
        "currency": "currency ~ '^[A-Z]{3}$'",
        "term": "term IN ('MONTH', 'YEAR')",
    },
    "carts": {"version": "version >= 0"},
    "cart_lines": {"quantity": "quantity BETWEEN 1 AND 10000"},
    "purchases": {
        "state": "state IN ('AWAITING_ACCEPTANCE', 'AWAITING_PAYMENT', 'COMPLETED', 'FAILED', 'CANCELLED', 'EXPIRED')",
        "total": "total >= 0",
        "completed": "(state = 'COMPLETED') = (completed_at IS NOT NULL)",
        "accepted": "state NOT IN ('AWAITING_PAYMENT', 'COMPLETED', 'FAILED') OR accepted_at IS NOT NULL",
    },
    "purchase_lines": {
        "quantity": "quantity BETWEEN 1 AND 10000",
        "unit_price": "unit_price >= 0",
        "term": "term IN ('MONTH', 'YEAR')",
    },
    "payments": {
        "state": "state IN ('REQUIRES_ACTION', 'PROCESSING', 'SUCCEEDED', 'DECLINED')",
        "amount": "amount >= 0",
        "settled": "(state IN ('SUCCEEDED', 'DECLINED')) = (settled_at IS NOT NULL)",
    },
    "seat_pools": {
        "counters": "0 <= activated AND activated <= assigned AND assigned <= purchased",
    },
    "seat_grants": {"quantity": "quantity >= 1", "term": "term IN ('MONTH', 'YEAR')"},
    "licenses": {
        "end": "(ended_at IS NULL) = (end_reason IS NULL)",
        "interval": "ended_at >= assigned_at",
        "end_reason": "end_reason IN ('REMOVED', 'CHANGED', 'TRANSFERRED')",
    },
    "events": {"version": "version >= 1"},
    "deliveries": {"outcome": "sent_at IS NULL OR failed_at IS NULL", "attempts": "attempts >= 0"},
    "tokens": {
        "hash": "octet_length(hash) = 32",
        "purpose": "purpose IN ('SIGN_IN', 'ACTIVATE')",
        "license": "(purpose = 'ACTIVATE') = (license_id IS NOT NULL)",
    },
    "sessions": {"hash": "octet_length(hash) = 32", "kind": "kind IN ('COOKIE', 'BEARER')"},
    "idempotency_records": {"hash": "octet_length(input_hash) = 32", "key": "key <> ''"},
    "sandbox_charges": {"amount": "amount >= 0"},
}

# Foreign keys that Tortoise cannot declare: a primary key that is one confuses its autodetector.
FOREIGN_KEYS = {"carts": {"user": "(user_id) REFERENCES users (id) ON DELETE RESTRICT"}}

UNIQUE = {
    "users_email_key": "users (lower(email))",
    "domains_account_name_key": "domains (account_id, name)",
    "domains_approved_key": "domains (name) WHERE state = 'APPROVED'",
    "packages_code_key": "packages (code)",
    "cart_lines_package_key": "cart_lines (user_id, package_id)",
    "purchases_number_key": "purchases (number)",
    "purchases_waiting_key": "purchases (buyer_id) WHERE state = 'AWAITING_ACCEPTANCE'",
    "purchases_cart_key": "purchases (buyer_id, cart_version) WHERE state IN ('AWAITING_PAYMENT', 'COMPLETED')",
    "purchase_lines_package_key": "purchase_lines (purchase_id, package_id)",
    "payments_succeeded_key": "payments (purchase_id) WHERE state = 'SUCCEEDED'",
    "payments_open_key": "payments (purchase_id) WHERE state IN ('PROCESSING', 'REQUIRES_ACTION')",
    "seat_pools_package_key": "seat_pools (account_id, package_id)",
    "seat_grants_line_key": "seat_grants (purchase_line_id)",
    "licenses_live_key": "licenses (account_id, user_id) WHERE ended_at IS NULL",
    "events_version_key": "events (account_id, version)",
    "deliveries_consumer_key": "deliveries (event_id, consumer)",
    "tokens_hash_key": "tokens (hash)",
    "sessions_hash_key": "sessions (hash)",
    "idempotency_records_key": "idempotency_records (account_id, operation, key)",
    "idempotency_records_payment_key": "idempotency_records (payment_id)",
}

INDEXES = {
    "users_account_idx": "users (account_id, id)",
    "domains_check_idx": "domains (check_at) WHERE check_at IS NOT NULL",
    "purchases_account_idx": "purchases (account_id, id)",
    "payments_purchase_idx": "payments (account_id, purchase_id)",
    "payments_look_idx": "payments (look_at) WHERE look_at IS NOT NULL",
    "seat_grants_account_idx": "seat_grants (account_id, package_id)",
    "licenses_account_idx": "licenses (account_id, id)",
    "licenses_user_idx": "licenses (account_id, user_id, id)",
    "events_actor_idx": "events (account_id, actor_id, occurred_at) WHERE version IS NULL",
    "events_unrelayed_idx": "events (id) WHERE relayed_at IS NULL",
    "events_seats_idx": "events (account_id, version) WHERE pools IS NOT NULL",
    "deliveries_due_idx": "deliveries (due_at) WHERE sent_at IS NULL AND failed_at IS NULL",
    "deliveries_recipient_idx": "deliveries (recipient_id, id) WHERE sent_at IS NULL AND failed_at IS NULL",
    "tokens_expiry_idx": "tokens (expires_at)",
    "sessions_user_idx": "sessions (user_id)",
}

# The operation refuses first, with a typed answer; this holds against every other way in.
LAST_ADMINISTRATOR = """
CREATE FUNCTION require_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM users WHERE account_id = OLD.account_id)
        AND NOT EXISTS (SELECT FROM users WHERE account_id = OLD.account_id AND role = 'ADMINISTRATOR')
    THEN
        RAISE EXCEPTION 'the account would have no administrator' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER users_administrator AFTER UPDATE OF role, account_id OR DELETE ON users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_administrator();
"""


def _statements() -> list[str]:
    checks = [
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_check CHECK ({condition})"
        for table, conditions in CHECKS.items()
        for name, condition in conditions.items()
    ]
    references = [
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_fkey FOREIGN KEY {target}"
        for table, targets in FOREIGN_KEYS.items()
        for name, target in targets.items()
    ]
    unique = [f"CREATE UNIQUE INDEX {name} ON {columns}" for name, columns in UNIQUE.items()]
    indexes = [f"CREATE INDEX {name} ON {columns}" for name, columns in INDEXES.items()]
    return [*checks, *references, *unique, *indexes, "CREATE SEQUENCE purchase_number", LAST_ADMINISTRATOR]


class Migration(SchemaChange):
    dependencies = [("models", "0001_initial")]
    # A new database: nothing runs beside it.
    atomic = True
    kind = Kind.EXPAND
    oldest_version = "0.1.0"
    operations = [ops.RunSQL(";\n".join(_statements()), reverse_sql=ops.RunSQL.noop)]
