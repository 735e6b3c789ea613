"""How often the catalogue was loaded."""

from tortoise import fields
from tortoise.models import Model

from models.tables.hydration import Row


class CatalogueVersion(Row, Model):
    """One row, of the catalogue on sale. What an answer shows of packages holds as long as `version` does."""

    name = fields.CharField(primary_key=True, max_length=20)
    version = fields.BigIntField()

    class Meta(Model.Meta):
        table = "catalogue_version"
