"""How long the lists of an account were at one of its versions."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class AccountTotals(Row, Model):
    """The users and seat events of an account at a version. What came after is counted by its events."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    version = fields.BigIntField()
    users = fields.BigIntField()
    seat_events = fields.BigIntField()

    class Meta(Model.Meta):
        table = "account_totals"


class UnlicensedUser(Row, Model):
    """A user of such an account who had no license at that version; those since are found by its events."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    user_id: UUID
    user = fields.ForeignKeyField("models.User", related_name=False, on_delete=fields.RESTRICT)

    class Meta(Model.Meta):
        table = "unlicensed_users"
