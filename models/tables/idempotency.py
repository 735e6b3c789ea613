"""Answers kept so that a repeated call gets the first one again."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class IdempotencyRecord(Row, Model):
    """One key of one account and operation, with the hash of its input and the answer, null while it is under way."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    operation = fields.CharField(max_length=60)
    key = fields.CharField(max_length=255)
    input_hash: bytes = fields.BinaryField()
    payment_id: UUID | None = fields.UUIDField(null=True)
    answer: dict[str, Any] | None = fields.JSONField(null=True)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "idempotency_records"
