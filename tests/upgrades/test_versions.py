"""Which versions start on a database that a newer one has migrated."""

import asyncio
import re
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

import asyncpg
import pytest

import models.database.connection
from models.migrating.migrate import migrate
from tests.support.migrating import NAMES, ROOT, start
from tests.support.refused_command import assert_one_line, assert_refused
from tests.support.running import free_port, running_usher
from tests.usher.conftest import Run

OWN = version("usher")
NEWER = """
from models.migrating.steps import Statements
from models.migrating.schema_change import Kind, SchemaChange


class Migration(SchemaChange):
    dependencies = [("models", "{last}")]
    kind = Kind.{kind}
    oldest_version = "{oldest}"
    operations = [Statements("{statement}")]
"""
SETTINGS = {"SECRET_KEY": "k" * 32, "SMTP_URL": "smtp://127.0.0.1:9"}
REFUSAL = (
    f"The database needs Usher 98.0.0 or later, since its migration 9999_newer; this is {OWN}."
    " Install a newer version."
)


@pytest.fixture
async def migrated_url(empty_url: str, run: Run) -> str:
    """A database that this version has migrated."""
    assert (await run("migrate", DATABASE_URL=empty_url)).code == 0
    return empty_url


async def migrate_newer(
    url: str, folder: Path, kind: str, oldest: str, statement: str = "ALTER TABLE packages ADD COLUMN newer int"
) -> int:
    """Have a newer version migrate the database, whose last migration is of this kind; returns its exit code."""
    package = folder / "newer_migrations"
    shutil.copytree(ROOT / "models" / "migrations", package)
    text = NEWER.format(last=NAMES[-1], kind=kind, oldest=oldest, statement=statement)
    (package / "9999_newer.py").write_text(text)
    return (await start(_migrate_newer, url, str(folder))).code


def _migrate_newer(url: str, folder: str) -> None:
    sys.path.insert(0, folder)
    models.database.connection.MIGRATIONS = "newer_migrations"
    asyncio.run(migrate(url))


@pytest.mark.parametrize("command", ["serve", "relay", "migrate"])
async def test_a_contract_that_names_a_version_too_old_keeps_it_from_starting(
    run: Run, migrated_url: str, tmp_path: Path, command: str
) -> None:
    assert await migrate_newer(migrated_url, tmp_path, "CONTRACT", "98.0.0") == 0
    settings = SETTINGS | {"PORT": str(free_port()), "DATABASE_URL": migrated_url}
    assert_refused(await run(command, **settings), REFUSAL)
    if command == "migrate":
        assert_refused(await run("migrate", "--check", **settings), REFUSAL)


@pytest.mark.parametrize(("kind", "oldest"), [("EXPAND", "98.0.0"), ("CONTRACT", OWN), ("CONTRACT", "0.0.9")])
async def test_what_takes_nothing_away_that_is_needed_lets_older_versions_start(
    migrated_url: str, tmp_path: Path, kind: str, oldest: str
) -> None:
    assert await migrate_newer(migrated_url, tmp_path, kind, oldest) == 0
    settings = SETTINGS | {"PORT": str(free_port()), "DATABASE_URL": migrated_url}
    async with running_usher("serve", ready="Application startup complete", folder=tmp_path, **settings):
        pass
    async with running_usher("relay", ready="Usher relays", folder=tmp_path, **settings):
        pass


async def test_a_contract_counts_from_before_it_begins(run: Run, migrated_url: str, tmp_path: Path) -> None:
    assert await migrate_newer(migrated_url, tmp_path, "CONTRACT", "98.0.0", "DROP TABLE nothing") != 0
    assert_refused(await run("relay", **SETTINGS, DATABASE_URL=migrated_url), REFUSAL)


async def test_an_own_contract_keeps_nobody_from_starting(run: Run, migrated_url: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(migrated_url)
    await connection.execute("UPDATE migration_kinds SET kind = 'CONTRACT', oldest_version = '98.0.0'")
    await connection.close()
    async with running_usher("relay", ready="Usher relays", folder=tmp_path, **SETTINGS, DATABASE_URL=migrated_url):
        pass


async def test_a_database_of_before_there_were_kinds_lacks_the_migrations_alone(run: Run, migrated_url: str) -> None:
    connection = await asyncpg.connect(migrated_url)
    await connection.execute("DROP TABLE migration_kinds")
    await connection.execute("DELETE FROM tortoise_migrations WHERE name = ANY ($1)", NAMES[-2:])
    await connection.close()
    done = await run("relay", **SETTINGS, DATABASE_URL=migrated_url)
    assert_refused(done, "The database lacks 2 migrations. Run `usher migrate` first.")
    again = await run("migrate", DATABASE_URL=migrated_url)
    assert again.out.splitlines() == [*(f"applied {name}" for name in NAMES[-2:]), "The database is up to date."]


async def test_a_relay_does_not_start_on_a_database_that_is_not_migrated(run: Run, empty_url: str) -> None:
    assert_one_line(await run("relay", **SETTINGS, DATABASE_URL=empty_url), "The database lacks all migrations.")


async def test_every_migration_is_recorded_with_its_kind(migrated_url: str) -> None:
    connection = await asyncpg.connect(migrated_url)
    rows = await connection.fetch("SELECT name, kind, oldest_version FROM migration_kinds ORDER BY name")
    await connection.close()
    assert [row["name"] for row in rows] == NAMES
    assert all(row["kind"] == "EXPAND" and re.fullmatch(r"\d+\.\d+\.\d+", row["oldest_version"]) for row in rows)
