"""How rows look in an answer: what a test selects, and what it then expects."""

from datetime import UTC, datetime
from typing import Any

from api.schema.ids import encode_id
from models.tables import License, Package, User
from tests.support.company import Company

Json = dict[str, Any]

PACKAGE = (
    "{ id code name description tier protectsMessageBody attachmentLimitMegabytes signatoryLimit"
    " collectsConfidentialInformation unitPrice { amount currency } term }"
)
LICENSE = f"{{ id state assignedAt activatedAt endedAt package {PACKAGE} user {{ id email }} }}"
POOL = "{ id package { code } purchased assigned activated available }"
USER = "{ id email firstName lastName locale role license { id } createdAt }"
CART = (
    "{ id version total { amount currency } lines { id quantity package { code }"
    " unitPrice { amount currency } total { amount currency } } }"
)
PURCHASE = (
    "{ id number state createdAt expiresAt acceptedAt completedAt total { amount currency }"
    " lines { quantity package { code } unitPrice { amount currency } total { amount currency } }"
    " payment { provider state clientSecret declineCode } }"
)
NOT_FOUND = "... on NotFoundError { id }"
NOT_PERMITTED = "... on NotPermittedError { requires }"
INVALID_INPUT = "... on InvalidInputError { fields { path message } }"


def moment(value: datetime | None) -> str | None:
    """A time as the API answers it."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


def money(amount: str) -> Json:
    """An amount in the catalogue's currency."""
    return {"amount": amount, "currency": "CAD"}


def shown_package(package: Package) -> Json:
    """A package with all its fields."""
    return {
        "id": encode_id("Package", package.id),
        "code": package.code,
        "name": package.name,
        "description": package.description,
        "tier": package.tier,
        "protectsMessageBody": package.protects_message_body,
        "attachmentLimitMegabytes": package.attachment_limit_megabytes,
        "signatoryLimit": package.signatory_limit,
        "collectsConfidentialInformation": package.collects_confidential_information,
        "unitPrice": money(str(package.unit_price)),
        "term": package.term.value,
    }


async def shown_license(company: Company, license: License, code: str, user: User, state: str) -> Json:
    """A license with all its fields, its times as they are stored now."""
    row = await License.get(id=license.id)
    return {
        "id": encode_id("License", row.id),
        "state": state,
        "assignedAt": moment(row.assigned_at),
        "activatedAt": moment(row.activated_at),
        "endedAt": moment(row.ended_at),
        "package": shown_package(company.packages[code]),
        "user": {"id": encode_id("User", user.id), "email": user.email},
    }


def shown_pool(company: Company, code: str, purchased: int, assigned: int, activated: int) -> Json:
    """A pool with all its fields."""
    return {
        "id": encode_id("SeatPool", f"{company.account_id}/{company.packages[code].id}"),
        "package": {"code": code},
        "purchased": purchased,
        "assigned": assigned,
        "activated": activated,
        "available": purchased - assigned,
    }
