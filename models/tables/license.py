"""One user's hold of one seat."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class LicenseEnd(StrEnum):
    """Why a license ended."""

    REMOVED = "REMOVED"
    CHANGED = "CHANGED"
    TRANSFERRED = "TRANSFERRED"


class License(Row, Model):
    """An interval: from `assigned_at` to `ended_at`, never reused; one live license per user.

    A changed license keeps the activation it had, so `activated_at` may lie before `assigned_at`.
    Only the activation link issued for `link_event_id` works: a newer link replaces an older one.
    """

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    user_id: UUID
    user = fields.ForeignKeyField("models.User", related_name=False, on_delete=fields.RESTRICT)
    package_id: UUID
    package = fields.ForeignKeyField("models.Package", related_name=False, on_delete=fields.RESTRICT)
    assigned_at = fields.DatetimeField()
    assigned_by: UUID | None = fields.UUIDField(null=True)
    activated_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    end_reason = fields.CharEnumField(LicenseEnd, max_length=20, null=True)
    link_event_id: UUID | None = fields.UUIDField(null=True)

    class Meta(Model.Meta):
        table = "licenses"
