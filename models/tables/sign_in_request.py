"""Requests for a sign-in link."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class SignInRequest(Row, Model):
    """An address that somebody typed to be mailed a sign-in link, until the relay has looked whose it is."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    email = fields.CharField(max_length=254)
    requested_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "sign_in_requests"
