"""Purchases: a validated cart, or lines without a cart, and their state."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.money.periods import Term
from models.tables.hydration import Row


class PurchaseState(StrEnum):
    """Stored state. EXPIRED is also what an overdue AWAITING_ACCEPTANCE reads as, see `state_at`."""

    AWAITING_ACCEPTANCE = "AWAITING_ACCEPTANCE"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class Purchase(Row, Model):
    """Frozen lines and prices.

    AWAITING_ACCEPTANCE -> AWAITING_PAYMENT -> COMPLETED, the only state with seats. A declined payment makes it
    FAILED, from where it can be tried again with another payment method until `expires_at`.

    `buyer` answers for it and gets the receipt. `api_key` is the key that bought for them, if one did. Without a
    `cart_version` it came from no cart.
    """

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    buyer_id: UUID
    buyer = fields.ForeignKeyField("models.User", related_name=False, on_delete=fields.RESTRICT)
    api_key_id: UUID | None
    api_key = fields.ForeignKeyField("models.ApiKey", related_name=False, on_delete=fields.RESTRICT, null=True)
    number = fields.CharField(max_length=20)
    state = fields.CharEnumField(PurchaseState, max_length=20)
    cart_version = fields.BigIntField(null=True)
    total: Decimal = fields.DecimalField(max_digits=14, decimal_places=2)
    currency = fields.CharField(max_length=3)
    created_at = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)
    completed_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "purchases"

    @property
    def owner_id(self) -> UUID:
        """The user or API key whose cart it came from, and among whose purchases it waits."""
        return self.api_key_id or self.buyer_id

    def state_at(self, moment: datetime) -> PurchaseState:
        """The state as seen at a moment: an acceptance that is overdue reads EXPIRED without a job that writes it."""
        return state_at(self.state, self.expires_at, moment)


def state_at(state: PurchaseState, expires_at: datetime, moment: datetime) -> PurchaseState:
    """The state at a moment of a purchase that is stored in a state."""
    overdue = state is PurchaseState.AWAITING_ACCEPTANCE and expires_at <= moment
    return PurchaseState.EXPIRED if overdue else state


class PurchaseLine(Row, Model):
    """One package of a purchase, at the price and term it had when validated."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    purchase_id: UUID
    purchase = fields.ForeignKeyField("models.Purchase", related_name=False, on_delete=fields.RESTRICT)
    package_id: UUID
    package = fields.ForeignKeyField("models.Package", related_name=False, on_delete=fields.RESTRICT)
    quantity = fields.IntField()
    unit_price: Decimal = fields.DecimalField(max_digits=12, decimal_places=2)
    term = fields.CharEnumField(Term, max_length=10)

    class Meta(Model.Meta):
        table = "purchase_lines"
