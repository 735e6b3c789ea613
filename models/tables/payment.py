"""Attempts to pay for a purchase, and the sandbox provider's own ledger."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class PaymentState(StrEnum):
    """REQUIRES_ACTION and PROCESSING are open; SUCCEEDED and DECLINED are final."""

    REQUIRES_ACTION = "REQUIRES_ACTION"
    PROCESSING = "PROCESSING"
    SUCCEEDED = "SUCCEEDED"
    DECLINED = "DECLINED"


class Payment(Row, Model):
    """The intent to charge, written before the provider is asked. Its id is the provider's idempotency key."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    purchase_id: UUID
    purchase = fields.ForeignKeyField("models.Purchase", related_name=False, on_delete=fields.RESTRICT)
    provider = fields.CharField(max_length=40)
    method = fields.CharField(max_length=255)
    state = fields.CharEnumField(PaymentState, max_length=20)
    amount: Decimal = fields.DecimalField(max_digits=14, decimal_places=2)
    currency = fields.CharField(max_length=3)
    client_secret = fields.CharField(max_length=255, null=True)
    decline_code = fields.CharField(max_length=100, null=True)
    created_at = fields.DatetimeField()
    look_at = fields.DatetimeField(null=True)
    settled_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "payments"


class SandboxCharge(Row, Model):
    """What the sandbox provider remembers: one row per charge, keyed as a real provider keys repeats."""

    payment_id: UUID = fields.UUIDField(primary_key=True)
    method = fields.CharField(max_length=255)
    amount: Decimal = fields.DecimalField(max_digits=14, decimal_places=2)
    currency = fields.CharField(max_length=3)
    charged_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "sandbox_charges"
