"""Accounts that are not proven yet, and what the approval of a domain rests on."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.tables.domain import DomainProof

CHECKS = {
    "domains": {"approved_by": "approved_by IS NULL OR (approved_by IN ('TXT', 'OPERATOR') AND state = 'APPROVED')"},
}
INDEXES = {
    "accounts_unproven_idx": "accounts (created_at) WHERE confirmed_at IS NULL",
    # To delete what an account has: its other tables have indexes that begin with the account.
    "deliveries_account_idx": "deliveries (account_id)",
    "sessions_account_idx": "sessions (account_id, id)",
    "tokens_account_idx": "tokens (account_id)",
    # To delete a user: their foreign keys look for the person alone, in every mail that was ever sent.
    "deliveries_person_idx": "deliveries (recipient_id)",
    "tokens_person_idx": "tokens (user_id)",
}

_STATEMENTS = [
    # Nobody knows any more which of them were proven.
    "UPDATE accounts SET confirmed_at = created_at",
    # Nor of those that processes of the version before open until they are replaced. Newer ones always say.
    "ALTER TABLE accounts ALTER confirmed_at SET DEFAULT now()",
    *(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_check CHECK ({condition})"
        for table, conditions in CHECKS.items()
        for name, condition in conditions.items()
    ),
    *(f"CREATE INDEX {name} ON {columns}" for name, columns in INDEXES.items()),
]


class Migration(migrations.Migration):
    dependencies = [("models", "0004_api_keys")]

    initial = False

    operations = [
        ops.AlterModelOptions(
            name="Account",
            options={
                "table": "accounts",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A business. `version` counts its events: it grows by one with each, and only with them.",
            },
        ),
        ops.AddField(
            model_name="Account",
            name="confirmed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Domain",
            name="approved_by",
            field=fields.CharEnumField(
                description="TXT: TXT\nOPERATOR: OPERATOR", enum_type=DomainProof, max_length=10, null=True
            ),
        ),
        ops.RunSQL(";\n".join(_STATEMENTS), reverse_sql=ops.RunSQL.noop),
    ]
