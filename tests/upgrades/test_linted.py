"""squawk reads every migration that may meet a database in use; what it may find is listed, with the reason."""

import asyncio
import subprocess
import sysconfig
from pathlib import Path

import orjson
import pytest

from models.migrating.planned_migrations import planned_migrations
from tests.support.migrating import STEPWISE, start

SQUAWK = Path(sysconfig.get_path("scripts")) / "squawk"

# Everywhere: `usher migrate` does by itself what these ask for in the SQL.
EVERYWHERE = {
    "require-lock-timeout": "its sessions have a lock_timeout of 2 seconds",
    "require-statement-timeout": "a statement may take long, where nobody waits for it",
    "prefer-robust-stmts": "each statement may be run again, which test_interrupted.py tries",
}
SWAP = "ALTER TABLE carts DROP CONSTRAINT carts_pkey, ADD CONSTRAINT carts_pkey PRIMARY KEY USING INDEX carts_id_key"
WATERMARKS = (
    "CREATE TABLE IF NOT EXISTS retention_watermarks"
    " (name varchar(60) NOT NULL PRIMARY KEY, deleted_before timestamptz NOT NULL)"
)
# Of one migration, by rule: the statements in which it is found, and why they may stand.
ALLOWED = {
    # Names of an enumeration, as elsewhere.
    ("0005_claims_and_proofs", "prefer-text-field"): {
        "ALTER TABLE domains ADD COLUMN IF NOT EXISTS approved_by varchar(10)",
    },
    # The constraint carts_has_id, which is valid, spares it the reading of all rows.
    ("0006_carts_of_keys", "adding-not-nullable-field"): {"ALTER TABLE carts ALTER COLUMN id SET NOT NULL"},
    # NOT NULL takes the place of the one; carts_user_key, which is built before, holds what the other held.
    ("0006_carts_of_keys", "ban-drop-constraint"): {
        "ALTER TABLE carts DROP CONSTRAINT IF EXISTS carts_has_id",
        SWAP,
    },
    # 0.1.0 looks for carts and lines by user_id, and finds none without; it takes a purchase without a cart's version
    # for one of another version.
    ("0006_carts_of_keys", "ban-drop-not-null"): {
        "ALTER TABLE carts ALTER COLUMN user_id DROP NOT NULL",
        "ALTER TABLE cart_lines ALTER COLUMN user_id DROP NOT NULL",
        "ALTER TABLE purchases ALTER COLUMN cart_version DROP NOT NULL",
    },
    # Names of tables.
    ("0009_retention", "prefer-text-field"): {
        WATERMARKS,
    },
}


async def test_every_migration_passes_but_for_what_is_listed(empty_url: str, tmp_path: Path) -> None:
    done = await start(_print_statements, empty_url)
    assert done.code == 0, done.err
    statements: dict[str, list[str]] = orjson.loads(done.out)
    assert list(statements) == STEPWISE
    files = {
        f"{name}.{number:03}.sql": (name, sql)
        for name, listed in statements.items()
        for number, sql in enumerate(listed)
    }
    for file, (_, sql) in files.items():
        (tmp_path / file).write_text(f"{sql};\n")
    found: dict[tuple[str, str], set[str]] = {}
    for file, rule in lint(sorted(tmp_path.iterdir())):
        name, sql = files[file]
        found.setdefault((name, rule), set()).add(" ".join(sql.split()))
    # A finding that is listed and no longer found must be taken off the list.
    assert found == ALLOWED


@pytest.mark.parametrize(
    ("rule", "sql"),
    [
        ("require-concurrent-index-creation", "CREATE INDEX users_name_idx ON users (first_name)"),
        ("constraint-missing-not-valid", "ALTER TABLE users ADD CONSTRAINT named CHECK (first_name <> '')"),
        ("adding-required-field", "ALTER TABLE users ADD COLUMN nickname text NOT NULL"),
        ("ban-drop-column", "ALTER TABLE users DROP COLUMN first_name"),
        ("renaming-table", "ALTER TABLE users RENAME TO people"),
    ],
)
def test_what_would_keep_calls_waiting_is_found(tmp_path: Path, rule: str, sql: str) -> None:
    (tmp_path / "wrong.sql").write_text(f"{sql};\n")
    assert rule in {found for _, found in lint([tmp_path / "wrong.sql"])}


def lint(files: list[Path]) -> list[tuple[str, str]]:
    """The names of the files in which squawk finds something, each with the rule."""
    excluded = [f"--exclude={rule}" for rule in EVERYWHERE]
    done = subprocess.run(
        [SQUAWK, "--reporter=json", "--pg-version=15", *excluded, *files], capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1}, done.stderr
    return [(Path(each["file"]).name, each["rule_name"]) for each in orjson.loads(done.stdout)]


def _print_statements(url: str) -> None:
    planned = asyncio.run(planned_migrations(url))
    statements = {each.name: [statement.sql for statement in each.statements] for each in planned if each.statements}
    print(orjson.dumps(statements).decode())  # noqa: T201
