"""The business that buys and holds licenses."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.ids import new_id
from models.tables.row import Row


class Account(Row, Model):
    """A business. `version` counts its events: it grows by one with each, and only with them."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    name = fields.CharField(max_length=200)
    version = fields.BigIntField(default=0)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "accounts"
