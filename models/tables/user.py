"""A person of one account."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class Role(StrEnum):
    """The rights of a user: administrators run the account, standard users hold licenses."""

    STANDARD = "STANDARD"
    ADMINISTRATOR = "ADMINISTRATOR"


class User(Row, Model):
    """A person of one account; the e-mail address is unique across the installation, case ignored.

    `search_text` is what `models/text/search_text.py` makes of name and address; null where a process of the version
    before added the person, until the relay fills it.
    """

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    email = fields.CharField(max_length=254)
    first_name = fields.CharField(max_length=100)
    last_name = fields.CharField(max_length=100)
    locale = fields.CharField(max_length=35)
    role = fields.CharEnumField(Role, max_length=20)
    created_at = fields.DatetimeField()
    search_text: str | None = fields.TextField(null=True)

    class Meta(Model.Meta):
        table = "users"

    @property
    def full_name(self) -> str:
        """First and last name, as notices print it."""
        return f"{self.first_name} {self.last_name}"
