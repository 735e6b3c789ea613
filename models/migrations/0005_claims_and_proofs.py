"""Accounts that are not proven yet, and what the approval of a domain rests on."""

from tortoise import fields
from tortoise.migrations import operations as ops

from models.migrating.build_indexes import BuildIndexes
from models.migrating.schema_change import Kind, SchemaChange
from models.migrating.steps import AddConstraints, FillRows, Statements
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

_CONFIRMED_AT = fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)
_APPROVED_BY = fields.CharEnumField(
    description="TXT: TXT\nOPERATOR: OPERATOR", enum_type=DomainProof, max_length=10, null=True
)


class Migration(SchemaChange):
    dependencies = [("models", "0004_api_keys")]
    kind = Kind.EXPAND
    oldest_version = "0.1.0"

    operations = [
        Statements(
            "ALTER TABLE accounts ADD COLUMN IF NOT EXISTS confirmed_at timestamptz",
            # Of those that processes of the version before open, nobody knows which are proven. Newer ones always say.
            "ALTER TABLE accounts ALTER COLUMN confirmed_at SET DEFAULT now()",
            "ALTER TABLE domains ADD COLUMN IF NOT EXISTS approved_by varchar(10)",
            declares=[
                ops.AlterModelOptions(
                    name="Account",
                    options={
                        "table": "accounts",
                        "app": "models",
                        "pk_attr": "id",
                        "table_description": "A business. `version` counts its events: it grows by one with each, and only with them.",
                    },
                ),
                ops.AddField("Account", "confirmed_at", _CONFIRMED_AT),
                ops.AddField("Domain", "approved_by", _APPROVED_BY),
            ],
        ),
        # Nor of those that are there.
        FillRows("accounts", "confirmed_at = created_at", where="confirmed_at IS NULL"),
        AddConstraints(
            {
                table: {f"{table}_{name}_check": f"CHECK ({condition})" for name, condition in conditions.items()}
                for table, conditions in CHECKS.items()
            }
        ),
        BuildIndexes(INDEXES),
    ]
