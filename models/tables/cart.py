"""What one user is about to buy."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.ids import new_id
from models.tables.row import Row


class Cart(Row, Model):
    """A user's cart; no row means an empty one at version 0. Prices are the catalogue's until validation."""

    user_id: UUID = fields.UUIDField(primary_key=True)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    version = fields.BigIntField(default=0)

    class Meta(Model.Meta):
        table = "carts"


class CartLine(Row, Model):
    """One package and how many seats of it."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user_id: UUID
    user = fields.ForeignKeyField("models.User", related_name=False, on_delete=fields.RESTRICT)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    package_id: UUID
    package = fields.ForeignKeyField("models.Package", related_name=False, on_delete=fields.RESTRICT)
    quantity = fields.IntField()

    class Meta(Model.Meta):
        table = "cart_lines"
