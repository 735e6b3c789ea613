"""The contract's enums: those of the models, described, and ErrorCode."""

from enum import Enum, StrEnum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from models.errors import BusinessError, Unauthenticated
from models.permissions import Permission
from models.reads.api_keys import ApiKeyState
from models.reads.licenses import LicenseState
from models.tables import DomainState, PaymentState, PurchaseState, Role, SessionKind, Term

# Values that clients of earlier versions may name, with the reason why nothing has them.
DEPRECATED = {"USER_NOT_ACTIVE": "No refusal has this code: every user is active."}


def _describe(enum: type[Enum], description: str, **values: str) -> None:
    """Make an enum a GraphQL enum in which every value is described."""
    strawberry.enum(enum, description=description)
    definition: StrawberryEnumDefinition = enum.__strawberry_definition__  # pyright: ignore[reportAttributeAccessIssue]
    for value in definition.values:
        value.description = values.pop(value.name)
        value.deprecation_reason = DEPRECATED.get(value.name)
    if values:
        raise TypeError(f"{enum.__name__} has no {', '.join(values)}")


# The codes of all refusals but Unauthenticated, which is never answered as data, and those of no refusal.
_MEANINGS = {
    error.code: error.meaning for error in BusinessError.__subclasses__() if error is not Unauthenticated
} | {
    BusinessError.code: BusinessError.meaning,
    "USER_NOT_ACTIVE": "The user is not active.",
}
ErrorCode: type[StrEnum] = StrEnum("ErrorCode", {code: code for code in _MEANINGS})  # pyright: ignore[reportAssignmentType] - not read where members are computed
_describe(ErrorCode, "The stable code of every expected refusal. A code never changes its meaning.", **_MEANINGS)
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
