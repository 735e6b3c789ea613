"""The spending of rate limits and cost budgets."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.tables.hydration import Row


class AllowanceSpent(Row, Model):
    """What one caller has spent of one allowance, in the period `period` and in the one before it.

    `key` is from a SHA-256 of both names, so that no address is stored in clear. A period is a whole number: the time
    since 1970 divided by the length of the window. The table is unlogged: a crash of the database empties it.
    """

    key: UUID = fields.UUIDField(primary_key=True)
    period = fields.BigIntField()
    spent = fields.IntField()
    spent_before = fields.IntField()
    changed_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "allowances_spent"
