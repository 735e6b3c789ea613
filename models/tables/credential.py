"""Secrets that open something, stored as SHA-256 only."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class TokenPurpose(StrEnum):
    """The use of a mailed token."""

    SIGN_IN = "SIGN_IN"
    ACTIVATE = "ACTIVATE"


class SessionKind(StrEnum):
    """How the client keeps the session's secret."""

    COOKIE = "COOKIE"
    BEARER = "BEARER"


class Token(Row, Model):
    """A mailed, single-use, expiring secret. `event_id` is the event that entitled the link."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    hash: bytes = fields.BinaryField()
    purpose = fields.CharEnumField(TokenPurpose, max_length=20)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    user_id: UUID
    user = fields.ForeignKeyField("models.User", related_name=False, on_delete=fields.RESTRICT)
    license_id: UUID | None
    license = fields.ForeignKeyField("models.License", related_name=False, on_delete=fields.RESTRICT, null=True)
    event_id: UUID | None = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "tokens"


class Session(Row, Model):
    """A signed-in client. Revoking it ends it at once everywhere. `client` is what it said of itself."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    hash: bytes = fields.BinaryField()
    kind = fields.CharEnumField(SessionKind, max_length=10)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    user_id: UUID
    user = fields.ForeignKeyField("models.User", related_name=False, on_delete=fields.RESTRICT)
    client = fields.CharField(max_length=200, default="", db_default="")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "sessions"
