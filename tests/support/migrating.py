"""Databases in the state before a migration, and the migration itself, in processes of their own.

A migration opens and closes its process's pool.
"""

import asyncio
import logging
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import models.migrating.apply_migrations
from models.migrating.migrate import migrate
from models.migrating.schema_change import SchemaChange
from tests.support.processes import Finished, call
from tests.support.running import usher_environment
from usher.logs import configure_logs

ROOT = Path(__file__).parent.parent.parent
NAMES = sorted(path.stem for path in (ROOT / "models" / "migrations").glob("0*.py"))
CHANGES: dict[str, type[SchemaChange]] = {
    name: import_module(f"models.migrations.{name}").Migration for name in NAMES
}
# Those that may meet a database in use. The atomic ones make a new one.
STEPWISE = [name for name, change in CHANGES.items() if not change.atomic]

# Something in every table that these migrations fill or index, as version 0.1.0 wrote it.
ROWS = """
INSERT INTO accounts (id, name, version, created_at)
SELECT md5('account' || n)::uuid, 'Company ' || n, 0, now() - interval '1 year' FROM generate_series(1, 12000) AS n;
INSERT INTO users (id, account_id, email, first_name, last_name, locale, role, created_at)
SELECT md5('user' || n)::uuid, md5('account' || n)::uuid, n || '@example.com', 'Ann', 'Example', 'en',
    'ADMINISTRATOR', now()
FROM generate_series(1, 100) AS n;
INSERT INTO carts (user_id, account_id, version) SELECT id, account_id, 3 FROM users;
INSERT INTO sign_in_requests (id, email, requested_at) SELECT id, email, now() FROM users;
"""


class Stopped(Exception):
    """A migration was to stop here."""


async def run(function: Callable[..., None], *arguments: str) -> list[str]:
    """Call a function in a process of its own; returns the words that it printed."""
    done = await start(function, *arguments)
    assert done.code == 0, done.err
    return done.out.split()


async def start(function: Callable[..., None], *arguments: str) -> Finished:
    """The same, for one that may fail, or log."""
    return await call(function, *arguments, folder=ROOT, env=usher_environment())


def migrate_all(url: str) -> None:
    """Apply what is missing, and print the names."""
    configure_logs(logging.WARNING)
    print(*asyncio.run(migrate(url)))  # noqa: T201


def migrate_before(url: str, name: str) -> None:
    """Apply all migrations before one."""
    record = models.migrating.apply_migrations._record_kind

    async def until(migration: SchemaChange) -> None:
        if migration.name == name:
            raise Stopped
        await record(migration)

    models.migrating.apply_migrations._record_kind = until
    try:
        asyncio.run(migrate(url))
    except Stopped:
        models.migrating.apply_migrations._record_kind = record
    else:
        raise AssertionError(f"there is no {name}")
