"""The time up to which rows may have been deleted."""

from tortoise import fields
from tortoise.models import Model

from models.tables.hydration import Row


class RetentionWatermark(Row, Model):
    """Rows of the table `name` that ended before `deleted_before` may have been deleted; no row, and none was."""

    name = fields.CharField(max_length=60, primary_key=True)
    deleted_before = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "retention_watermarks"
