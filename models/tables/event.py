"""Events: the record that mail, the live feed and the activity log are made from."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class Event(Row, Model):
    """One thing that happened, committed with the change it tells of.

    `version` is the account's version after it, without gaps; null for an event that concerns a user alone (a
    sign-in). `pools` holds the counts after it for each pool it moved; null when it moved none. `relayed_at` is set
    once its deliveries exist.
    """

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    version = fields.BigIntField(null=True)
    type = fields.CharField(max_length=60)
    actor_id: UUID | None = fields.UUIDField(null=True)
    occurred_at = fields.DatetimeField()
    data: dict[str, Any] = fields.JSONField()
    pools: list[dict[str, Any]] | None = fields.JSONField(null=True)
    relayed_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "events"
