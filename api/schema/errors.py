"""The refusals as GraphQL types, each declared with the facts that it shows."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from strawberry.schema.exception_handlers import ExceptionHandler

from api.schema.context import Info
from api.schema.enums import ErrorCode, Permission
from api.schema.ids import encode_id
from api.schema.types.cart import Cart
from api.schema.types.domain import Domain
from api.schema.types.people import License
from api.schema.types.purchase import Purchase
from api.schema.types.seats import SeatPool
from models import errors
from models.rules.carts import read_cart
from models.rules.domains import DomainTaken

Facts = Callable[[Any, Info], Any]
Answer = TypeVar("Answer", bound="type[BusinessError]")

# Each refusal with its GraphQL type, and the facts that the type shows beyond code and message.
TABLE: list[tuple[type[errors.BusinessError], "type[BusinessError]", Facts]] = []


def answers(
    refusal: type[errors.BusinessError], facts: Facts = lambda _error, _info: {}
) -> Callable[[Answer], Answer]:
    """Declare the type that answers a refusal, and its facts."""

    def add(shown: Answer) -> Answer:
        TABLE.append((refusal, shown, facts))
        return shown

    return add


@strawberry.interface(
    description="An expected refusal, answered as data. `code` never changes its meaning;"
    " `message` is for a developer's eyes."
)
class BusinessError:
    code: StrEnum = strawberry.field(graphql_type=ErrorCode, description="What to switch on.")
    message: str = strawberry.field(description="In English, for a developer; do not show it, do not parse it.")


@strawberry.type(description="One bad field of an input.")
class InvalidField:
    path: list[str] = strawberry.field(description='Path inside the input, e.g. ["rows", "3", "email"].')
    message: str = strawberry.field(description="What a good value looks like.")


@answers(
    errors.InvalidInput,
    lambda e, _: {"fields": [InvalidField(path=list(path), message=text) for path, text in e.fields]},
)
@strawberry.type(description="Bad values in the input; one entry per bad field. Nothing was changed.")
class InvalidInputError(BusinessError):
    fields: list[InvalidField] = strawberry.field(description="Every bad field, not only the first.")


@answers(errors.NotFound, lambda e, _: {"id": _given_id(e)})
@strawberry.type(description="Unknown, or somebody else's: the two are never told apart.")
class NotFoundError(BusinessError):
    id: strawberry.ID | None = strawberry.field(description="The id that leads nowhere.")


@answers(errors.RateLimited, lambda e, _: {"retry_at": e.retry_at})
@strawberry.type(
    description="This was done too often: from where you call, by your account, or for the same person."
    " Nothing was done."
)
class RateLimitedError(BusinessError):
    """Too often."""

    retry_at: datetime = strawberry.field(description="When there is room for another try.")


@answers(errors.NotPermitted, lambda e, _: {"requires": e.requires})
@strawberry.type(description="The viewer lacks a permission. Ask an administrator of the account.")
class NotPermittedError(BusinessError):
    requires: Permission = strawberry.field(description="The permission that is missing.")


@answers(
    errors.NoSeatAvailable,
    lambda e, _: {"pool": SeatPool.of(e.pool), "alternatives": [SeatPool.of(pool) for pool in e.alternatives]},
)
@strawberry.type(description="Every seat of the package is assigned. The errors carry the way out.")
class NoSeatAvailableError(BusinessError):
    """Every seat is assigned."""

    pool: SeatPool = strawberry.field(description="The pool that has no free seat: buy more of it, or free one.")
    alternatives: list[SeatPool] = strawberry.field(description="Packages with a free seat now, lowest tier first.")


@answers(errors.AlreadyLicensed, lambda e, _: {"license": License.of(e.license)})
@strawberry.type(description="The user holds a license already; use changeLicense to move them to another package.")
class AlreadyLicensedError(BusinessError):
    license: License = strawberry.field(description="The license the user holds.")


@answers(errors.CartEmpty)
@strawberry.type(description="There is nothing to validate. Fill the cart with addToCart.")
class CartEmptyError(BusinessError):
    """The cart is empty."""


async def _cart(_error: errors.CartOutdated, info: Info) -> dict[str, Any]:
    return {"cart": Cart.of(await read_cart(info.context.require_viewer().cart_owner_id))}


@answers(errors.CartOutdated, _cart)
@strawberry.type(description="The cart was edited since; look again at `cart`, then validate its version.")
class CartChangedError(BusinessError):
    cart: Cart = strawberry.field(description="The cart as it is now.")


@answers(errors.PurchaseNotAccepted)
@strawberry.type(description="`acceptLicenses` was false. Nothing was charged.")
class PurchaseNotAcceptedError(BusinessError):
    """The licenses were not accepted."""


@answers(errors.PurchaseNotOpen, lambda e, _: {"purchase": Purchase.of(e.purchase)})
@strawberry.type(description="The purchase is past the state that this needs; `message` says how to go on.")
class PurchaseNotOpenError(BusinessError):
    """The purchase is not open."""

    purchase: Purchase = strawberry.field(description="The purchase as it is now.")


@answers(
    errors.PaymentDeclined,
    lambda e, _: {"purchase": Purchase.of(e.purchase, e.payment), "decline_code": e.decline_code},
)
@strawberry.type(
    description="The provider declined. No seat was added; the cart is untouched,"
    " and the purchase can be tried again with another payment method and a new idempotency key."
)
class PaymentDeclinedError(BusinessError):
    """The payment was declined."""

    purchase: Purchase = strawberry.field(description="The purchase, now FAILED.")
    decline_code: str | None = strawberry.field(description="Why, in the provider's own code.")


@answers(errors.TokenInvalid)
@strawberry.type(description="Unknown, used, expired or replaced. Ask for a new link.")
class TokenInvalidError(BusinessError):
    """The token does not work."""


@answers(errors.DomainNotApproved, lambda e, _: {"domain": Domain.of(e.domain) if e.domain else None})
@strawberry.type(description="The e-mail domain is not approved for the account; claim it with addDomain.")
class DomainNotApprovedError(BusinessError):
    """The domain is not approved."""

    domain: Domain | None = strawberry.field(description="Null when the account never claimed it.")


@answers(errors.EmailTaken)
@strawberry.type(
    description="A user with this e-mail address exists, here or in another account; they sign in with requestSignIn."
    " openAccount tells it to whoever asks, so many times an hour: requestSignIn tells it to nobody."
)
class EmailTakenError(BusinessError):
    """The e-mail address is taken."""


@answers(errors.LastAdministrator)
@strawberry.type(description="The account would be left without an administrator. Name another one first.")
class LastAdministratorError(BusinessError):
    """The last administrator stays."""


@answers(errors.IdempotencyMismatch)
@strawberry.type(description="The idempotency key was used with another input. Use a new key for a new wish.")
class IdempotencyMismatchError(BusinessError):
    """The key was used with another input."""


# Unauthenticated and StaleVersion are top-level errors; DomainTaken meets the operator alone.
NOT_IN_UNIONS = {errors.Unauthenticated, errors.StaleVersion, DomainTaken}


def exception_handlers() -> list[ExceptionHandler[Any]]:
    """One handler for each row of the table: a refusal raised under a union becomes its member."""
    return [_handler(*row)() for row in TABLE]


def _handler(
    refusal: type[errors.BusinessError], shown: type[BusinessError], facts: Facts
) -> type[ExceptionHandler[Any]]:
    class Handler:
        exception_type = refusal
        error_type = shown

        async def handle(self, exception: Any, *, field: object, info: Info) -> BusinessError:  # noqa: ARG002
            found = facts(exception, info)
            extra = found if isinstance(found, dict) else await found
            return shown(code=ErrorCode(exception.code), message=str(exception), **extra)

    return Handler


def _given_id(error: errors.NotFound) -> strawberry.ID:
    if isinstance(error.given, UUID):
        return encode_id(error.what, error.given)
    return strawberry.ID(error.given)
