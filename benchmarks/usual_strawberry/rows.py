"""Usher's tables as Tortoise models, with the relations that resolvers walk along."""

from uuid import uuid4

from tortoise import fields
from tortoise.models import Model


class Account(Model):
    """accounts."""

    id = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=200)
    version = fields.BigIntField()

    class Meta(Model.Meta):
        table = "accounts"


class User(Model):
    """users."""

    id = fields.UUIDField(primary_key=True)
    account = fields.ForeignKeyField("usual.Account", related_name="users")
    email = fields.CharField(max_length=254)
    first_name = fields.CharField(max_length=100)
    last_name = fields.CharField(max_length=100)
    role = fields.CharField(max_length=20)

    class Meta(Model.Meta):
        table = "users"


class Session(Model):
    """sessions."""

    id = fields.UUIDField(primary_key=True)
    hash = fields.BinaryField()
    user = fields.ForeignKeyField("usual.User", related_name="sessions")
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "sessions"


class Package(Model):
    """packages."""

    id = fields.UUIDField(primary_key=True)
    code = fields.CharField(max_length=40)
    name = fields.CharField(max_length=100)
    tier = fields.IntField()

    class Meta(Model.Meta):
        table = "packages"


class SeatPool(Model):
    """seat_pools."""

    id = fields.UUIDField(primary_key=True)
    account = fields.ForeignKeyField("usual.Account", related_name="pools")
    package = fields.ForeignKeyField("usual.Package", related_name="pools")
    purchased = fields.IntField()
    assigned = fields.IntField()
    activated = fields.IntField()

    class Meta(Model.Meta):
        table = "seat_pools"


class License(Model):
    """licenses."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    account = fields.ForeignKeyField("usual.Account", related_name="licenses")
    user = fields.ForeignKeyField("usual.User", related_name="licenses")
    package = fields.ForeignKeyField("usual.Package", related_name="licenses")
    assigned_at = fields.DatetimeField()
    assigned_by = fields.UUIDField(null=True)
    ended_at = fields.DatetimeField(null=True)
    link_event_id = fields.UUIDField(null=True)

    class Meta(Model.Meta):
        table = "licenses"


class Event(Model):
    """events."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    account = fields.ForeignKeyField("usual.Account", related_name="events")
    version = fields.BigIntField()
    type = fields.CharField(max_length=60)
    actor_id = fields.UUIDField(null=True)
    occurred_at = fields.DatetimeField()
    data = fields.JSONField()
    pools = fields.JSONField(null=True)

    class Meta(Model.Meta):
        table = "events"
