"""Carts: the packages that a user or an API key is about to buy."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class Cart(Row, Model):
    """A cart; no row means an empty one at version 0. Prices are the catalogue's until validation.

    Its owner is a user or an API key, never both.
    """

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user_id: UUID | None
    user = fields.ForeignKeyField("models.User", related_name=False, on_delete=fields.RESTRICT, null=True)
    api_key_id: UUID | None
    api_key = fields.ForeignKeyField("models.ApiKey", related_name=False, on_delete=fields.RESTRICT, null=True)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    version = fields.BigIntField(default=0)

    class Meta(Model.Meta):
        table = "carts"


class CartLine(Row, Model):
    """One package and how many seats of it."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user_id: UUID | None
    user = fields.ForeignKeyField("models.User", related_name=False, on_delete=fields.RESTRICT, null=True)
    api_key_id: UUID | None
    api_key = fields.ForeignKeyField("models.ApiKey", related_name=False, on_delete=fields.RESTRICT, null=True)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    package_id: UUID
    package = fields.ForeignKeyField("models.Package", related_name=False, on_delete=fields.RESTRICT)
    quantity = fields.IntField()

    class Meta(Model.Meta):
        table = "cart_lines"
