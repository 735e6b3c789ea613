"""Applying migrations one by one, each recorded with its kind before it begins."""

from collections.abc import Collection
from typing import Any, cast

from tortoise import connections
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

from models.database.connection import fetch, transaction
from models.migrating.schema_change import SchemaChange
from models.migrating.step_editor import StepEditor

APP = "models"
# Processes of an older version read it when they start; see models/database/pending_migrations.py.
TABLE = """
CREATE TABLE IF NOT EXISTS migration_kinds (
    name varchar(255) PRIMARY KEY, kind varchar(10) NOT NULL, oldest_version varchar(20) NOT NULL
)
"""
RECORD = """
INSERT INTO migration_kinds (name, kind, oldest_version) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, oldest_version = excluded.oldest_version
"""


async def apply_migrations(apps: dict[str, Any]) -> list[str]:
    """Apply what is missing and return the names. Raises LockNotAvailable.

    `apps` is that of Tortoise's configuration.
    """
    client = connections.get("default")
    await MigrationRecorder(client).ensure_schema(AsyncpgSchemaEditor(client, atomic=False))
    await fetch(TABLE)
    migrations, applied = await load_migrations(apps)
    missing = [migration for migration in migrations if migration.name not in applied]
    if any(migration.atomic for migration in missing):
        await _make_tables([migration for migration in migrations if migration.atomic], applied)
    for migration in missing:
        if not migration.atomic:
            await _record_kind(migration)
            await run_steps(migration, StepEditor(client, atomic=False))
            await MigrationRecorder(client).record_applied(APP, migration.name)
    return [migration.name for migration in missing]


async def load_migrations(apps: dict[str, Any]) -> tuple[list[SchemaChange], set[str]]:
    """Every migration of this version in order, and the names of those that the database has."""
    loader = MigrationLoader(apps, MigrationRecorder(connections.get("default")))
    await loader.build_graph()
    migrations = [cast("SchemaChange", migration) for _, migration in sorted(loader.disk_migrations.items())]
    return migrations, {key.name for key in loader.applied_migrations}


async def run_steps(migration: SchemaChange, editor: StepEditor) -> None:
    """Run the statements of a migration, or have the editor collect them."""
    for operation in migration.operations:
        # They are SQL, and need no state of Tortoise's.
        await operation.database_forward(APP, cast("Any", None), cast("Any", None), editor)


async def _make_tables(migrations: list[SchemaChange], applied: Collection[str]) -> None:
    """Apply those for a new database, each in a transaction that records it."""
    state = State(models={}, apps=StateApps(default_connections={APP: "default"}))
    for migration in migrations:
        if migration.name in applied:
            await migration.apply(state, dry_run=True)
            continue
        await _record_kind(migration)
        async with transaction():
            client = connections.get("default")
            await migration.apply(state, schema_editor=AsyncpgSchemaEditor(client))
            await MigrationRecorder(client).record_applied(APP, migration.name)


async def _record_kind(migration: SchemaChange) -> None:
    await fetch(RECORD, migration.name, migration.kind, migration.oldest_version)
