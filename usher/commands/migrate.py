"""usher migrate."""

import asyncio
import logging
from typing import Annotated

import typer

from models.migrating.planned_migrations import LockedTable, PlannedMigration, PlannedStatement, planned_migrations
from models.migrating.schema_change import Kind
from usher.commands.console import console
from usher.logs import configure_logs
from usher.server.assembly import start_database
from usher.server.database_setup import set_up_database
from usher.settings import Settings, load_settings

SHOWN = 100


def migrate(
    check: Annotated[bool, typer.Option("--check", help="List what is to come, and change nothing.")] = False,
) -> None:
    """Bring the database to the newest schema, and fill an empty catalogue with the shipped one.

    Safe to run beside servers of the last release, again, and at once from several machines. PostgreSQL 15 and later.
    """
    settings = load_settings()
    start_database(settings)
    if check:
        _check(settings)
        return
    # A statement that waits for its lock says so.
    configure_logs(logging.WARNING)
    applied = asyncio.run(set_up_database(settings))
    for name in applied:
        console.print(f"applied {name}")
    console.print("The database is up to date.")


def _check(settings: Settings) -> None:
    planned = asyncio.run(planned_migrations(settings.direct_url))
    for migration in planned:
        _print_migration(migration)
    if planned:
        _print(f"{len(planned)} migrations are to come. Nothing was changed.")
    else:
        _print("The database is up to date.")


def _print_migration(migration: PlannedMigration) -> None:
    beside = f"{migration.oldest_version} and later may run beside it"
    if migration.kind == Kind.CONTRACT:
        beside = f"end all processes older than {migration.oldest_version} first"
    _print(f"{migration.name}: {migration.kind}, {beside}")
    if not migration.statements:
        _print("  one transaction, on a new database")
    for statement in migration.statements:
        _print_statement(statement)


def _print_statement(statement: PlannedStatement) -> None:
    sql = " ".join(statement.sql.split())
    _print(f"  {sql if len(sql) <= SHOWN else sql[: SHOWN - 3] + '...'}")
    for table in statement.locked:
        _print(f"    {_described(table)}")


def _described(table: LockedTable) -> str:
    return f"{table.name}, about {table.rows} rows, {table.size}: {table.lock.mode}, {table.lock}"


def _print(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)
