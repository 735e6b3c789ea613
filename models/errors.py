"""Expected refusals. Each carries the facts a caller needs to find the way out; none is a bug."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from models.permissions import Permission

if TYPE_CHECKING:
    from models.reads.inventory import PoolCounts
    from models.tables import Domain, License, Payment, Purchase


class CredentialProblem(StrEnum):
    """The reason why a request has no viewer. Only the holder of a valid secret gets one after the first three."""

    MISSING = "MISSING"
    MALFORMED = "MALFORMED"
    UNKNOWN = "UNKNOWN"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    NETWORK_NOT_ALLOWED = "NETWORK_NOT_ALLOWED"


_WHY_NOT_SIGNED_IN = {
    CredentialProblem.MISSING: "Sign in first.",
    CredentialProblem.MALFORMED: "Authorization must be the word Bearer, a space, and the access token or API key.",
    CredentialProblem.UNKNOWN: "The access token or API key is not one that was given out here.",
    CredentialProblem.EXPIRED: "The session or API key has expired. Sign in again, or make or rotate a key.",
    CredentialProblem.REVOKED: "The session or API key was ended. Sign in again, or use another key.",
    CredentialProblem.NETWORK_NOT_ALLOWED: "The API key may not be used from this address.",
}


class BusinessError(Exception):
    """Base of every expected refusal. `code` never changes its `meaning`; the text is for a developer's eyes."""

    code: ClassVar[str] = "OTHER"
    meaning: ClassVar[str] = "A refusal with no code of its own."


class InvalidInput(BusinessError):
    """Bad values in the input. `fields` holds a (path, message) pair for each bad field."""

    code = "INVALID_INPUT"
    meaning = "A value in the input is bad; InvalidInputError names each field."

    def __init__(self, fields: Sequence[tuple[tuple[str, ...], str]]) -> None:
        self.fields = list(fields)
        super().__init__("; ".join(f"{'.'.join(path)}: {text}" for path, text in fields))


class NotFound(BusinessError):
    """Unknown, or another account's: the two are never distinguished. `given` is the id."""

    code = "NOT_FOUND"
    meaning = "The id leads nowhere in your account."

    def __init__(self, what: str, given: UUID | str) -> None:
        self.what = what
        self.given = given
        super().__init__(f"There is no such {what} in this account.")


class NotPermitted(BusinessError):
    """The viewer lacks a permission."""

    code = "NOT_PERMITTED"
    meaning = "You lack a permission; NotPermittedError names it."

    def __init__(self, requires: Permission) -> None:
        self.requires = requires
        super().__init__(f"This needs the permission {requires}.")


class Unauthenticated(BusinessError):
    """Nobody is signed in. Always a top-level error, never a member of a union."""

    code = "UNAUTHENTICATED"

    def __init__(self, reason: CredentialProblem = CredentialProblem.MISSING) -> None:
        self.reason = reason
        super().__init__(_WHY_NOT_SIGNED_IN[reason])


class NoSeatAvailable(BusinessError):
    """Every seat of the package is assigned. Carries the pool and the pools that still have a free seat."""

    code = "NO_SEAT_AVAILABLE"
    meaning = "Every seat of the package is assigned."

    def __init__(self, pool: "PoolCounts", alternatives: "Sequence[PoolCounts]") -> None:
        self.pool = pool
        self.alternatives = list(alternatives)
        super().__init__(f"All {pool.purchased} seats of this package are assigned. Buy more or free one.")


class AlreadyLicensed(BusinessError):
    """The user holds a license already; change it instead."""

    code = "ALREADY_LICENSED"
    meaning = "The user holds a license already."

    def __init__(self, license: "License") -> None:
        self.license = license
        super().__init__("This user already holds a license.")


class CartEmpty(BusinessError):
    """There is nothing to validate."""

    code = "CART_EMPTY"
    meaning = "There is nothing in the cart."

    def __init__(self) -> None:
        super().__init__("The cart is empty.")


class CartOutdated(BusinessError):
    """The cart is not the one the buyer looked at."""

    code = "CART_CHANGED"
    meaning = "The cart was edited since you looked at it."

    def __init__(self) -> None:
        super().__init__("The cart was edited since. Look at it again and validate that version.")


class PurchaseNotAccepted(BusinessError):
    """The buyer did not accept that the licenses will be added."""

    code = "PURCHASE_NOT_ACCEPTED"
    meaning = "The licenses were not accepted."

    def __init__(self) -> None:
        super().__init__("Accept that the licenses will be added to the account, then proceed.")


class PurchaseNotOpen(BusinessError):
    """The purchase is past the state that the operation needs."""

    code = "PURCHASE_NOT_OPEN"
    meaning = "The purchase is past the state that this needs."

    def __init__(self, purchase: "Purchase", why: str) -> None:
        self.purchase = purchase
        super().__init__(why)


class PaymentDeclined(BusinessError):
    """The provider declined; `decline_code` says why, in the provider's own code."""

    code = "PAYMENT_DECLINED"
    meaning = "The payment provider declined."

    def __init__(self, purchase: "Purchase", payment: "Payment") -> None:
        self.purchase = purchase
        self.payment = payment
        self.decline_code = payment.decline_code
        super().__init__("The payment was declined. No seat was added; try another payment method.")


class TokenInvalid(BusinessError):
    """Unknown, used, expired or replaced: never distinguished."""

    code = "TOKEN_INVALID"
    meaning = "The link is unknown, used, expired or replaced."

    def __init__(self) -> None:
        super().__init__("This link does not work any more. Ask for a new one.")


class DomainNotApproved(BusinessError):
    """The e-mail domain is not an approved one of the account; `domain` is null when it was never claimed."""

    code = "DOMAIN_NOT_APPROVED"
    meaning = "The e-mail domain is not approved for the account."

    def __init__(self, name: str, domain: "Domain | None") -> None:
        self.name = name
        self.domain = domain
        super().__init__(f"The domain {name} is not approved for this account.")


class EmailTaken(BusinessError):
    """A user with this e-mail address exists."""

    code = "EMAIL_TAKEN"
    meaning = "A user with this e-mail address exists."

    def __init__(self) -> None:
        super().__init__("A user with this e-mail address exists already.")


class LastAdministrator(BusinessError):
    """An account keeps at least one administrator."""

    code = "LAST_ADMINISTRATOR"
    meaning = "The account would be left without an administrator."

    def __init__(self) -> None:
        super().__init__("This is the last administrator of the account. Name another one first.")


class IdempotencyMismatch(BusinessError):
    """The key was used before with another input."""

    code = "IDEMPOTENCY_MISMATCH"
    meaning = "The idempotency key was used with another input."

    def __init__(self) -> None:
        super().__init__("This idempotency key was used with another input. Use a new key.")


class RateLimited(BusinessError):
    """The caller has done this too often; `retry_at` is when there will be room again."""

    code = "RATE_LIMITED"
    meaning = "Too many calls; wait, then try again."

    def __init__(self, retry_at: datetime) -> None:
        self.retry_at = retry_at
        super().__init__("Too often. Try again later.")


class StaleVersion(BusinessError):
    """The version lies ahead of the account, as after a restored backup: its changes are unknown."""

    code = "STALE_VERSION"
    meaning = "The version you gave is not the current one."

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__(f"The account is at version {version}. Read the inventory anew, and go on from there.")
