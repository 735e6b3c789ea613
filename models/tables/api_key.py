"""Keys that integrations call with."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class ApiKey(Row, Model):
    """What an integration may do in an account, until the key expires or is revoked.

    `created_by` answers for it: its purchases are theirs. `networks` are those it may call from, in
    CIDR notation; null when from anywhere.
    """

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    name = fields.CharField(max_length=100)
    scopes: list[str] = fields.JSONField()
    networks: list[str] | None = fields.JSONField(null=True)
    created_by_id: UUID
    created_by = fields.ForeignKeyField("models.User", related_name=False, on_delete=fields.RESTRICT)
    created_at = fields.DatetimeField()
    expires_at: datetime | None = fields.DatetimeField(null=True)
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "api_keys"


class ApiKeySecret(Row, Model):
    """One secret of a key: after a rotation the old one works beside the new one until `expires_at`.

    `hint` is its last four characters, to know it by.
    """

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    hash: bytes = fields.BinaryField()
    hint = fields.CharField(max_length=4)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    api_key_id: UUID
    api_key = fields.ForeignKeyField("models.ApiKey", related_name=False, on_delete=fields.RESTRICT)
    created_at = fields.DatetimeField()
    expires_at: datetime | None = fields.DatetimeField(null=True)
    last_used_at: datetime | None = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "api_key_secrets"
