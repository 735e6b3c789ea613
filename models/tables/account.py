"""The business that buys and holds licenses."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class Account(Row, Model):
    """A business. `version` counts its events: it grows by one with each, and only with them.

    `confirmed_at` is null until a sign-in link that was mailed to its first administrator is followed: the account
    is unproven so long, and may be deleted (`models/rules/unproven_accounts.py`).
    """

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    name = fields.CharField(max_length=200)
    version = fields.BigIntField(default=0)
    created_at: datetime = fields.DatetimeField()
    confirmed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "accounts"
