"""The contract's enums: those of the models, described, and ErrorCode."""

from enum import Enum, StrEnum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from models.permissions import Permission
from models.reads.api_keys import ApiKeyState
from models.reads.licenses import LicenseState
from models.tables import DomainState, PaymentState, PurchaseState, Role, SessionKind, Term


class ErrorCode(StrEnum):
    """The stable code of every refusal."""

    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    NOT_PERMITTED = "NOT_PERMITTED"
    NO_SEAT_AVAILABLE = "NO_SEAT_AVAILABLE"
    ALREADY_LICENSED = "ALREADY_LICENSED"
    USER_NOT_ACTIVE = "USER_NOT_ACTIVE"
    CART_EMPTY = "CART_EMPTY"
    CART_CHANGED = "CART_CHANGED"
    PURCHASE_NOT_ACCEPTED = "PURCHASE_NOT_ACCEPTED"
    PURCHASE_NOT_OPEN = "PURCHASE_NOT_OPEN"
    PAYMENT_DECLINED = "PAYMENT_DECLINED"
    TOKEN_INVALID = "TOKEN_INVALID"  # noqa: S105 - a code, not a token
    DOMAIN_NOT_APPROVED = "DOMAIN_NOT_APPROVED"
    EMAIL_TAKEN = "EMAIL_TAKEN"
    LAST_ADMINISTRATOR = "LAST_ADMINISTRATOR"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"
    RATE_LIMITED = "RATE_LIMITED"
    STALE_VERSION = "STALE_VERSION"
    OTHER = "OTHER"


def _describe(enum: type[Enum], description: str, **values: str) -> None:
    """Make an enum a GraphQL enum in which every value is described."""
    strawberry.enum(enum, description=description)
    definition: StrawberryEnumDefinition = enum.__strawberry_definition__  # pyright: ignore[reportAttributeAccessIssue]
    for value in definition.values:
        value.description = values.pop(value.name)
    if values:
        raise TypeError(f"{enum.__name__} has no {', '.join(values)}")


_describe(
    ErrorCode,
    "The stable code of every expected refusal. A code never changes its meaning.",
    INVALID_INPUT="A value in the input is bad; InvalidInputError names each field.",
    NOT_FOUND="The id leads nowhere in your account.",
    NOT_PERMITTED="You lack a permission; NotPermittedError names it.",
    NO_SEAT_AVAILABLE="Every seat of the package is assigned.",
    ALREADY_LICENSED="The user holds a license already.",
    USER_NOT_ACTIVE="The user is not active.",
    CART_EMPTY="There is nothing in the cart.",
    CART_CHANGED="The cart was edited since you looked at it.",
    PURCHASE_NOT_ACCEPTED="The licenses were not accepted.",
    PURCHASE_NOT_OPEN="The purchase is past the state that this needs.",
    PAYMENT_DECLINED="The payment provider declined.",
    TOKEN_INVALID="The link is unknown, used, expired or replaced.",  # noqa: S106
    DOMAIN_NOT_APPROVED="The e-mail domain is not approved for the account.",
    EMAIL_TAKEN="A user with this e-mail address exists.",
    LAST_ADMINISTRATOR="The account would be left without an administrator.",
    IDEMPOTENCY_MISMATCH="The idempotency key was used with another input.",
    RATE_LIMITED="Too many calls; wait, then try again.",
    STALE_VERSION="The version you gave is not the current one.",
    OTHER="A refusal with no code of its own.",
)
_describe(
    Permission,
    "What a viewer may do. Administrators have them all, standard users none, an API key those of its scopes. The"
    " answer to a change shows what it changed, also to who may not read it elsewhere.",
    VIEW_INVENTORY="See seat counts and licenses.",
    ASSIGN_LICENSES="Assign, change, transfer and remove licenses, and send activation links. Shown by the answers:"
    " each license with its user and package, and the pools that moved.",
    MANAGE_USERS="See and add users.",
    MANAGE_DOMAINS="See and claim e-mail domains.",
    PURCHASE="Fill a cart, validate, prepare, pay and cancel purchases. Shown by the answers: the purchase with its"
    " payment, the cart, and once it was proceeded with the seats of the account, also when a key answers again.",
    VIEW_BILLING="See purchases and payments.",
    VIEW_ACTIVITY="See who did what.",
    MANAGE_INTEGRATIONS="Manage API keys and webhooks.",
    MANAGE_ROLES="Make users administrators or standard users.",
)
_describe(
    ApiKeyState,
    "Whether an API key works.",
    ACTIVE="It works.",
    EXPIRED="It has come to its end.",
    REVOKED="It was revoked.",
)
_describe(
    Role,
    "What a user may do in the account.",
    STANDARD="Holds a license, manages nothing.",
    ADMINISTRATOR="Buys, assigns and manages. An account keeps at least one.",
)
_describe(
    Term,
    "How long a purchased seat lasts before it renews.",
    MONTH="One month.",
    YEAR="One year.",
)
_describe(
    LicenseState,
    "Where a license is on its way.",
    ASSIGNED="Assigned; the user has yet to activate.",
    ACTIVE="The user has activated.",
    ENDED="Removed, changed to another package, or transferred; kept as history.",
)
_describe(
    PurchaseState,
    "Where a purchase is on its way. Seats exist in COMPLETED and in no other state.",
    AWAITING_ACCEPTANCE="Validated, prices frozen; nobody accepted yet.",
    AWAITING_PAYMENT="Accepted; the payment provider has not confirmed yet.",
    COMPLETED="Paid; the seats are in the inventory.",
    FAILED="The last payment was declined; try again with another method until expiresAt.",
    CANCELLED="Given up, or replaced by a newer validation of the same cart.",
    EXPIRED="Nobody accepted while the prices held.",
)
_describe(
    PaymentState,
    "Where a payment is on its way.",
    REQUIRES_ACTION="The buyer must confirm, with `clientSecret`, in the provider's browser SDK.",
    PROCESSING="The provider was asked and has not answered yet.",
    SUCCEEDED="Charged.",
    DECLINED="Not charged; `declineCode` says why.",
)
_describe(
    DomainState,
    "Where the claim on a domain stands.",
    PENDING="The TXT record was not found yet, or an approval ended; it is looked for again and again.",
    APPROVED="Users of this domain can be added. It ends when another account proves the domain, or by the operator.",
    REFUSED="The operator refused the claim; its TXT record is not looked for.",
)
_describe(
    SessionKind,
    "How the client keeps its session.",
    COOKIE="An HttpOnly cookie, for browsers.",
    BEARER="An access token, for clients that are not a browser: Authorization: Bearer ...",
)

__all__ = [
    "ApiKeyState",
    "DomainState",
    "ErrorCode",
    "LicenseState",
    "PaymentState",
    "Permission",
    "PurchaseState",
    "Role",
    "SessionKind",
    "Term",
]
