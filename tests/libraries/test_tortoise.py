"""Tortoise: its client and transactions, the making of rows, and migrations."""

import inspect

import tortoise.models
from tortoise import Tortoise
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import ConnectionWrapper, PoolConnectionWrapper
from tortoise.migrations import Migration
from tortoise.migrations.operations import RunSQL
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.models import MetaInfo, Model

from tests.support.library_code import relied_on_by, require_code, require_names, require_parameters


def test_a_transaction_is_a_client_with_a_connection() -> None:
    with relied_on_by("models/database/connection.py", "models/database/silent_hosts.py"):
        require_names(TransactionWrapper, "_connection", "_parent")
        require_names(AsyncpgDBClient, "_pool")
        require_code(TransactionWrapper.__init__, "d5954b403983")
        require_code(ConnectionWrapper, "6f4d75b65a71")


def test_a_pool_is_made_with_what_is_given_for_its_connections() -> None:
    with relied_on_by("models/database/connection.py"):
        require_parameters(Tortoise.init, "config", "_enable_global_fallback")
        require_code(AsyncpgDBClient.create_connection, "2f43677cf967")
        require_code(AsyncpgDBClient._translate_exceptions, "adb5dfad0b0d")
        require_code(PoolConnectionWrapper, "8ee1d63e1d38")


def test_a_row_is_made_as_tortoise_makes_it() -> None:
    with relied_on_by("models/tables/hydration.py"):
        require_names(
            MetaInfo,
            *("db_native_fields", "db_pk_column", "db_table", "fields_db_projection", "fields_map"),
            "generated_db_fields",
        )
        require_code(Model._init_from_db, "301683ff5ece")


def test_a_step_of_a_migration_is_run_by_the_editor() -> None:
    with relied_on_by("models/migrating/step_editor.py"):
        require_names(AsyncpgSchemaEditor, "client", "collect_sql", "collected_sql")
        require_code(AsyncpgSchemaEditor._run_sql, "ab911216bc6b")
        require_code(RunSQL, "d580bf2af375")


def test_a_migration_is_recorded() -> None:
    with relied_on_by("models/migrating/apply_migrations.py"):
        require_names(MigrationRecorder, "ensure_schema", "record_applied")
        require_parameters(Migration.apply, "state", "dry_run", "schema_editor")


def test_migrations_are_recorded_in_the_table_that_is_looked_into() -> None:
    with relied_on_by("models/database/pending_migrations.py"):
        assert MigrationRecorder(None).table_name == "tortoise_migrations"


def test_sources_are_looked_for_while_models_are_made() -> None:
    with relied_on_by("models/__init__.py", "models/_imports.py"):
        assert tortoise.models.inspect is inspect
        assert "inspect.getsource(" in inspect.getsource(tortoise.models)
