"""Search entries of large accounts: each user's search text and package at one version of the account."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class SearchEntry(Row, Model):
    """A user as a search sees them. `package_id` is of zeros without a license; a long text is null, and looked up.

    No foreign key to the user: checking it would lock every user of an account while its entries are made.
    """

    user_id: UUID = fields.UUIDField(primary_key=True)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    package_id: UUID = fields.UUIDField()
    search_text: str | None = fields.TextField(null=True)

    class Meta(Model.Meta):
        table = "search_entries"


class SearchVersion(Row, Model):
    """The version of an account that its search entries are of. Its events tell what changed since."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    version = fields.BigIntField()

    class Meta(Model.Meta):
        table = "search_versions"
