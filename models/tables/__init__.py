"""One file per table or per small family of tables; every constraint is in `models/migrations`."""

from models.money.periods import Term
from models.tables.account import Account
from models.tables.account_totals import AccountTotals, UnlicensedUser
from models.tables.allowance import AllowanceSpent
from models.tables.api_key import ApiKey, ApiKeySecret
from models.tables.cart import Cart, CartLine
from models.tables.catalogue_version import CatalogueVersion
from models.tables.credential import Session, SessionKind, Token, TokenPurpose
from models.tables.delivery import Delivery
from models.tables.domain import Domain, DomainProof, DomainState
from models.tables.event import Event
from models.tables.idempotency import IdempotencyRecord
from models.tables.license import License, LicenseEnd
from models.tables.package import Package
from models.tables.payment import Payment, PaymentState, SandboxCharge
from models.tables.purchase import Purchase, PurchaseLine, PurchaseState
from models.tables.retention_watermark import RetentionWatermark
from models.tables.search_entry import SearchEntry, SearchVersion
from models.tables.seat import SeatGrant, SeatPool
from models.tables.sign_in_request import SignInRequest
from models.tables.user import Role, User

__all__ = [
    "Account",
    "AccountTotals",
    "AllowanceSpent",
    "ApiKey",
    "ApiKeySecret",
    "Cart",
    "CartLine",
    "CatalogueVersion",
    "Delivery",
    "Domain",
    "DomainProof",
    "DomainState",
    "Event",
    "IdempotencyRecord",
    "License",
    "LicenseEnd",
    "Package",
    "Payment",
    "PaymentState",
    "Purchase",
    "PurchaseLine",
    "PurchaseState",
    "RetentionWatermark",
    "Role",
    "SandboxCharge",
    "SearchEntry",
    "SearchVersion",
    "SeatGrant",
    "SeatPool",
    "Session",
    "SessionKind",
    "SignInRequest",
    "Term",
    "Token",
    "TokenPurpose",
    "UnlicensedUser",
    "User",
]
