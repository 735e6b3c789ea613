"""What callers have spent of what they are allowed."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.tables.hydration import Row


class AllowanceSpent(Row, Model):
    """What one caller has spent of one allowance, in the period `period` and in the one before it.

    `key` is made of a SHA-256 of both names, so that no address lies there in clear. A period is a whole number:
    the time since 1970 divided by the length that the allowance has. The table is not logged: a crash of the
    database forgives.
    """

    key: UUID = fields.UUIDField(primary_key=True)
    period = fields.BigIntField()
    spent = fields.IntField()
    spent_before = fields.IntField()
    changed_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "allowances_spent"
