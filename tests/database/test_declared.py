"""The database's own catalogue against what migrations and tables declare: nothing lacks, nothing is extra."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tortoise.models import Model

import models.tables
from models.database.connection import fetch
from tests.support.undone import undone

NAMES = sorted(path.stem for path in Path(models.__path__[0], "migrations").glob("0*.py"))

MIGRATIONS = [import_module(f"models.migrations.{name}") for name in NAMES]
MODELS: list[type[Model]] = [getattr(models.tables, name) for name in models.tables.__all__]
TABLES: dict[str, type[Model]] = {
    model._meta.db_table: model for model in MODELS if isinstance(model, type) and issubclass(model, Model)
}

# Tables of rows that belong to no account.
NOBODYS = {
    "accounts",
    "allowances_spent",
    "catalogue_version",
    "packages",
    "retention_watermarks",
    "sandbox_charges",
    "sign_in_requests",
}

# The ones that the whole job stands on, spelled out.
MOST_IMPORTANT = {
    "seat_pools_counters_check": "CHECK (((0 <= activated) AND (activated <= assigned) AND (assigned <= purchased)))",
    "seat_pools_package_key": "UNIQUE seat_pools (account_id, package_id)",
    "licenses_live_key": "UNIQUE licenses (account_id, user_id) WHERE (ended_at IS NULL)",
    "seat_grants_line_key": "UNIQUE seat_grants (purchase_line_id)",
    "payments_succeeded_key": "UNIQUE payments (purchase_id) WHERE ((state)::text = 'SUCCEEDED'::text)",
    "users_email_key": "UNIQUE users (lower((email)::text))",
    "domains_approved_key": "UNIQUE domains (name) WHERE ((state)::text = 'APPROVED'::text)",
    "events_version_key": "UNIQUE events (account_id, version)",
    "deliveries_consumer_key": "UNIQUE deliveries (event_id, consumer)",
    "tokens_hash_key": "UNIQUE tokens (hash)",
    "sessions_hash_key": "UNIQUE sessions (hash)",
    "idempotency_records_key": "UNIQUE idempotency_records (account_id, operation, key)",
    "purchases_number_key": "UNIQUE purchases (number)",
    "cart_lines_quantity_check": "CHECK (((quantity >= 1) AND (quantity <= 10000)))",
    "seat_grants_quantity_check": "CHECK ((quantity >= 1))",
}


async def checks() -> dict[str, str]:
    """Every CHECK there is: its definition by its name."""
    rows = await fetch(
        "SELECT conname AS name, pg_get_constraintdef(oid) AS definition, convalidated AS valid FROM pg_constraint"
        " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    )
    assert all(row["valid"] for row in rows)
    return {row["name"]: row["definition"] for row in rows}


async def indexes() -> dict[str, str]:
    """Every index there is, primary keys apart: its definition by its name, e.g. `UNIQUE users (id)`."""
    rows = await fetch(
        "SELECT relname AS name, pg_get_indexdef(indexrelid) AS definition, indisvalid AS valid"
        " FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        " WHERE relnamespace = 'public'::regnamespace AND NOT indisprimary"
        " AND NOT indrelid = ANY ('{tortoise_migrations, migration_kinds}'::regclass[])"
    )
    assert all(row["valid"] for row in rows)
    return {row["name"]: shortened(row["definition"], row["name"]) for row in rows}


def shortened(definition: str, name: str) -> str:
    """An index's definition without what does not matter."""
    start = definition.removeprefix("CREATE ").replace(f"INDEX {name} ON public.", "", 1)
    return start.replace(" USING btree", "", 1)


async def made_from(statement: str, find: str) -> str:
    """How the database would write down what a statement makes under the name `probe`."""
    async with undone():
        await fetch(statement)
        (row,) = await fetch(find)
        return row["definition"]


async def test_the_checks_are_the_declared_ones(db: None) -> None:
    there = await checks()
    declared = {
        f"{table}_{name}_check": (table, condition)
        for migration in MIGRATIONS
        for table, conditions in getattr(migration, "CHECKS", {}).items()
        for name, condition in conditions.items()
    }
    assert there.keys() == declared.keys()
    for name, (table, condition) in declared.items():
        assert there[name] == await made_from(
            f"ALTER TABLE {table} ADD CONSTRAINT probe CHECK ({condition})",
            "SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = 'probe'",
        ), name


async def test_the_indexes_are_the_declared_ones(db: None) -> None:
    there = await indexes()
    declared: dict[str, str] = {}
    for migration in MIGRATIONS:
        unique, plain = getattr(migration, "UNIQUE", {}), getattr(migration, "INDEXES", {})
        declared |= {name: f"UNIQUE INDEX probe ON {columns}" for name, columns in unique.items()}
        declared |= {name: f"INDEX probe ON {columns}" for name, columns in plain.items()}
        for name in getattr(migration, "DROPPED_INDEXES", []):
            del declared[name]
    assert there.keys() == declared.keys()
    for name, statement in declared.items():
        made = await made_from(
            f"CREATE {statement}", "SELECT indexdef AS definition FROM pg_indexes WHERE indexname = 'probe'"
        )
        assert there[name] == shortened(made, "probe"), name


async def test_the_most_important_ones_are_there(db: None) -> None:
    there = await checks() | await indexes()
    assert {name: there.get(name) for name in MOST_IMPORTANT} == MOST_IMPORTANT


async def test_the_tables_are_the_declared_ones(db: None) -> None:
    rows = await fetch("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    assert {row["name"] for row in rows} == {*TABLES, "tortoise_migrations", "migration_kinds"}


async def test_the_columns_are_the_declared_ones(db: None) -> None:
    rows = await fetch(
        "SELECT table_name, column_name, is_nullable, data_type, character_maximum_length,"
        " numeric_precision, numeric_scale FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name NOT IN ('tortoise_migrations', 'migration_kinds')"
    )
    there = {(row["table_name"], row["column_name"]): shape_of_row(row) for row in rows}
    assert there == dict(declared_columns())


# The type of each kind of field in PostgreSQL; texts and decimals have their sizes beside.
TYPES = {
    "UUIDField": "uuid",
    "CharField": "character varying",
    "TextField": "text",
    "CharEnumFieldInstance": "character varying",
    "IntField": "integer",
    "BigIntField": "bigint",
    "BooleanField": "boolean",
    "DatetimeField": "timestamp with time zone",
    "DecimalField": "numeric",
    "JSONField": "jsonb",
    "BinaryField": "bytea",
}


def shape_of_row(row: dict[str, Any]) -> tuple[str, bool, Any]:
    """Type, nullability and size of a column."""
    size = row["character_maximum_length"]
    if row["data_type"] == "numeric":
        size = (row["numeric_precision"], row["numeric_scale"])
    return row["data_type"], row["is_nullable"] == "YES", size


def declared_columns() -> Iterator[tuple[tuple[str, str], tuple[str, bool, Any]]]:
    """The same of each field of each table."""
    for table, model in TABLES.items():
        meta = model._meta
        for name, column in meta.fields_db_projection.items():
            field: Any = meta.fields_map[name]
            size: Any = None
            if TYPES[type(field).__name__] == "character varying":
                size = field.max_length
            elif TYPES[type(field).__name__] == "numeric":
                size = (field.max_digits, field.decimal_places)
            yield (table, column), (TYPES[type(field).__name__], field.null, size)


async def test_the_foreign_keys_are_the_declared_ones_and_delete_nothing(db: None) -> None:
    rows = await fetch(
        "SELECT conrelid::regclass::text AS this, confrelid::regclass::text AS that, confdeltype::text AS deletes,"
        " (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1])::text AS this_column,"
        " (SELECT attname FROM pg_attribute WHERE attrelid = confrelid AND attnum = confkey[1])::text AS that_column,"
        " cardinality(conkey) AS columns"
        " FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    )
    assert {(row["deletes"], row["columns"]) for row in rows} == {("r", 1)}
    there = {(row["this"], row["this_column"], row["that"], row["that_column"]) for row in rows}
    by_migration = {("carts", "user_id", "users", "id")}
    assert there == set(declared_foreign_keys()) | by_migration
    assert len(rows) == len(there)
    # Every table but these is an account's: `account_id` is on every row.
    with_account = {this for this, column, *_ in there if column == "account_id"}
    assert {*TABLES} - with_account == NOBODYS


def declared_foreign_keys() -> Iterator[tuple[str, str, str, str]]:
    """Table, column, and what they refer to, of each relation."""
    for table, model in TABLES.items():
        meta = model._meta
        for name in meta.fk_fields | meta.o2o_fields:
            relation: Any = meta.fields_map[name]
            other = relation.related_model._meta
            yield table, relation.source_field, other.db_table, other.pk_attr


async def test_the_triggers_are_the_declared_ones(db: None) -> None:
    rows = await fetch(
        "SELECT tgname AS name, tgrelid::regclass::text AS table_name, tgdeferrable AS deferrable,"
        " tginitdeferred AS deferred, tgenabled::text AS enabled, pg_get_triggerdef(oid) AS definition"
        " FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
    )
    assert [(row["name"], row["table_name"], row["deferrable"], row["deferred"], row["enabled"]) for row in rows] == [
        ("deliveries_block", "deliveries", False, False, "O"),
        ("deliveries_unblock", "deliveries", False, False, "O"),
        ("users_administrator", "users", True, True, "O"),
    ]
    block, unblock, administrator = (row["definition"] for row in rows)
    assert "BEFORE INSERT ON public.deliveries FOR EACH ROW" in block
    assert "AFTER UPDATE OF sent_at, failed_at, in_order ON public.deliveries FOR EACH ROW" in unblock
    assert "AFTER DELETE OR UPDATE OF role, account_id ON public.users" in administrator


async def test_the_numbers_of_purchases_come_from_a_sequence(db: None) -> None:
    assert await fetch("SELECT sequencename::text AS name FROM pg_sequences WHERE sequencename LIKE 'purchase%'") == [
        {"name": "purchase_number"}
    ]
