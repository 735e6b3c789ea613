"""Wishes for sign-in links, what callers have spent of what they are allowed, and how a session tells its client."""

from tortoise import fields
from tortoise.migrations import operations as ops

from models.database.ids import new_id
from models.migrating.schema_change import Kind, SchemaChange

CHECKS = {
    "allowances_spent": {"spent": "spent >= 0 AND spent_before >= 0"},
    "sign_in_requests": {"email": "email LIKE '%_@_%'"},
}
# It served the count of links mailed lately, which the allowances keep now.
DROPPED_INDEXES = ["events_actor_idx"]

_STATEMENTS = [
    # Its rows matter for minutes, and every sign-in writes one.
    "ALTER TABLE allowances_spent SET UNLOGGED",
    *(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_check CHECK ({condition})"
        for table, conditions in CHECKS.items()
        for name, condition in conditions.items()
    ),
    *(f"DROP INDEX {name}" for name in DROPPED_INDEXES),
]


class Migration(SchemaChange):
    dependencies = [("models", "0002_constraints")]
    # A new database: nothing runs beside it.
    atomic = True
    kind = Kind.EXPAND
    oldest_version = "0.1.0"
    operations = [
        ops.CreateModel(
            name="AllowanceSpent",
            fields=[
                ("key", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("period", fields.BigIntField()),
                ("spent", fields.IntField()),
                ("spent_before", fields.IntField()),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "allowances_spent",
                "app": "models",
                "pk_attr": "key",
                "table_description": "What one caller has spent of one allowance, in the period `period` and in the one before it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SignInRequest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("email", fields.CharField(max_length=254)),
                ("requested_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sign_in_requests",
                "app": "models",
                "pk_attr": "id",
                "table_description": "An address that somebody typed to be mailed a sign-in link, until the relay has looked whose it is.",
            },
            bases=["Model"],
        ),
        ops.AlterModelOptions(
            name="Session",
            options={
                "table": "sessions",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A signed-in client. Revoking it ends it at once everywhere. `client` is what it said of itself.",
            },
        ),
        ops.AddField(
            model_name="Session",
            name="client",
            field=fields.CharField(default="", db_default="", max_length=200),
        ),
        ops.RunSQL(";\n".join(_STATEMENTS), reverse_sql=ops.RunSQL.noop),
    ]
