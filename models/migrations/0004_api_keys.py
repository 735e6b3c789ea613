"""API keys, and how often the catalogue was loaded."""

from orjson import loads
from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from models.database.ids import new_id
from models.migrating.schema_change import Kind, SchemaChange

CHECKS = {
    "api_keys": {
        "name": "name <> ''",
        "scopes": "jsonb_typeof(scopes) = 'array' AND scopes <> '[]'",
        "networks": "jsonb_typeof(networks) = 'array' AND networks <> '[]'",
    },
    "api_key_secrets": {"hash": "octet_length(hash) = 32", "hint": "length(hint) = 4"},
    "catalogue_version": {"one": "name = 'on sale'"},
}
UNIQUE = {"api_key_secrets_hash_key": "api_key_secrets (hash)"}
INDEXES = {
    "api_keys_account_idx": "api_keys (account_id, id)",
    "api_key_secrets_key_idx": "api_key_secrets (account_id, api_key_id, id)",
}

_STATEMENTS = [
    *(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_check CHECK ({condition})"
        for table, conditions in CHECKS.items()
        for name, condition in conditions.items()
    ),
    *(f"CREATE UNIQUE INDEX {name} ON {columns}" for name, columns in UNIQUE.items()),
    *(f"CREATE INDEX {name} ON {columns}" for name, columns in INDEXES.items()),
]


class Migration(SchemaChange):
    dependencies = [("models", "0003_sign_in_requests")]
    # A new database: nothing runs beside it.
    atomic = True
    kind = Kind.EXPAND
    oldest_version = "0.1.0"

    operations = [
        ops.CreateModel(
            name="ApiKey",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=100)),
                ("scopes", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("networks", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                (
                    "created_by",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="created_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "api_keys",
                "app": "models",
                "pk_attr": "id",
                "table_description": "What an integration may do in an account, until the key expires or is revoked.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApiKeySecret",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("hash", fields.BinaryField()),
                ("hint", fields.CharField(max_length=4)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "api_key",
                    fields.ForeignKeyField(
                        "models.ApiKey",
                        source_field="api_key_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "api_key_secrets",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One secret of a key: after a rotation the old one works beside the new one until `expires_at`.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CatalogueVersion",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=20)),
                ("version", fields.BigIntField()),
            ],
            options={
                "table": "catalogue_version",
                "app": "models",
                "pk_attr": "name",
                "table_description": "One row, of the catalogue on sale. What an answer shows of packages holds as long as `version` does.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(";\n".join(_STATEMENTS), reverse_sql=ops.RunSQL.noop),
    ]
