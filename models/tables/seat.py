"""Seats are counted, not rows: the counter of an account and package, and the lots that fill it."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.money.periods import Term
from models.tables.hydration import Row


class SeatPool(Row, Model):
    """Counters of one package in one account: 0 <= activated <= assigned <= purchased."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    package_id: UUID
    package = fields.ForeignKeyField("models.Package", related_name=False, on_delete=fields.RESTRICT)
    purchased = fields.IntField()
    assigned = fields.IntField()
    activated = fields.IntField()

    class Meta(Model.Meta):
        table = "seat_pools"


class SeatGrant(Row, Model):
    """A lot of seats from one purchase line, with its term. Live until `ended_at`."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    package_id: UUID
    package = fields.ForeignKeyField("models.Package", related_name=False, on_delete=fields.RESTRICT)
    purchase_line_id: UUID
    purchase_line = fields.ForeignKeyField("models.PurchaseLine", related_name=False, on_delete=fields.RESTRICT)
    quantity = fields.IntField()
    term = fields.CharEnumField(Term, max_length=10)
    granted_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "seat_grants"
