"""Support for the deletion of old rows: indexes, early vacuums, and the time up to which rows were deleted.

The settings wait for a vacuum of their table and let reads and writes pass.
"""

from tortoise import fields
from tortoise.migrations import operations as ops

from models.migrating.build_indexes import BuildIndexes
from models.migrating.schema_change import Kind, SchemaChange
from models.migrating.steps import Statements

INDEXES = {
    "idempotency_records_age_idx": "idempotency_records (created_at) WHERE answer IS NOT NULL",
    "deliveries_ended_idx": "deliveries (coalesce(sent_at, failed_at)) WHERE coalesce(sent_at, failed_at) IS NOT NULL",
    "sessions_ended_idx": "sessions (coalesce(revoked_at, expires_at))",
    "api_key_secrets_expiry_idx": "api_key_secrets (expires_at) WHERE expires_at IS NOT NULL",
    "sign_in_requests_age_idx": "sign_in_requests (requested_at)",
}
# From these rows are deleted all the time. PostgreSQL waits for a fifth of a table to be dead otherwise, and until then
# whatever looks for the oldest row passes all that are gone.
VACUUMED_EARLY = ["idempotency_records", "deliveries", "sign_in_requests"]
EARLY = "autovacuum_vacuum_scale_factor = 0.01"


class Migration(SchemaChange):
    dependencies = [("models", "0008_search")]
    kind = Kind.EXPAND
    oldest_version = "0.1.0"

    operations = [
        Statements(
            "CREATE TABLE IF NOT EXISTS retention_watermarks ("
            "name varchar(60) NOT NULL PRIMARY KEY, deleted_before timestamptz NOT NULL)",
            *(f"ALTER TABLE {table} SET ({EARLY})" for table in VACUUMED_EARLY),
            declares=[
                ops.CreateModel(
                    name="RetentionWatermark",
                    fields=[
                        ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=60)),
                        ("deleted_before", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ],
                    options={
                        "table": "retention_watermarks",
                        "app": "models",
                        "pk_attr": "name",
                        "table_description": "Rows of the table `name` that ended before `deleted_before` may have been deleted; no row, and none was.",
                    },
                    bases=["Model"],
                )
            ],
        ),
        BuildIndexes(INDEXES),
    ]
