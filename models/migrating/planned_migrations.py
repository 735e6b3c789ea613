"""The plan of `usher migrate`: statements, the locks that they take, and the sizes of the tables."""

from dataclasses import dataclass

from tortoise import Tortoise, connections

from models.database.connection import disconnect, fetch_one, tortoise_config
from models.database.database_url import DatabaseUrl
from models.migrating.apply_migrations import load_migrations, run_steps
from models.migrating.migrate import check_version_of
from models.migrating.schema_change import Kind, SchemaChange
from models.migrating.statement_locks import Lock, locks_of
from models.migrating.step_editor import StepEditor

# Of an index, its table.
SIZE = """
SELECT relname AS name, greatest(reltuples, 0)::bigint AS rows, pg_size_pretty(pg_total_relation_size(oid)) AS size
FROM pg_class WHERE oid = coalesce(
    (SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass($1)), to_regclass($1)
)
"""


@dataclass(frozen=True)
class LockedTable:
    """A table that a statement locks, with about how many rows, and its size with indexes."""

    name: str
    rows: int
    size: str
    lock: Lock


@dataclass(frozen=True)
class PlannedStatement:
    """One transaction of a migration. Tables that are not there yet are not among the locked ones."""

    sql: str
    locked: list[LockedTable]


@dataclass(frozen=True)
class PlannedMigration:
    """A migration that the database lacks. One for new databases has no statements here."""

    name: str
    kind: Kind
    oldest_version: str
    statements: list[PlannedStatement]


async def planned_migrations(url: str) -> list[PlannedMigration]:
    """The migrations to be applied, in order. Changes nothing. Raises VersionTooOld."""
    parsed = DatabaseUrl.parse(url)
    await check_version_of(parsed)
    config = tortoise_config(parsed, pool_size=1)
    await Tortoise.init(config=config, _enable_global_fallback=True)
    try:
        migrations, applied = await load_migrations(config["apps"])
        return [await _planned(migration) for migration in migrations if migration.name not in applied]
    finally:
        await disconnect()


async def _planned(migration: SchemaChange) -> PlannedMigration:
    editor = StepEditor(connections.get("default"), atomic=False, collect_sql=True)
    if not migration.atomic:
        await run_steps(migration, editor)
    return PlannedMigration(
        migration.name,
        migration.kind,
        migration.oldest_version,
        [PlannedStatement(sql, await _locked_by(sql)) for sql in editor.collected_sql],
    )


async def _locked_by(sql: str) -> list[LockedTable]:
    found = [(await fetch_one(SIZE, taken.relation), taken.lock) for taken in locks_of(sql)]
    return [LockedTable(row["name"], row["rows"], row["size"], lock) for row, lock in found if row]
