"""assignLicense."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import (
    AlreadyLicensedError,
    IdempotencyMismatchError,
    InvalidInputError,
    NoSeatAvailableError,
    NotFoundError,
    NotPermittedError,
)
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.mutations.revalidates_viewer import revalidates_viewer
from api.schema.types.people import License
from api.schema.types.seats import SeatPool
from models.errors import AlreadyLicensed, IdempotencyMismatch, NoSeatAvailable
from models.operations.licensing import assign_license as operation


@strawberry.input(description="Who gets a seat of which package.")
class AssignLicenseInput:
    user_id: strawberry.ID = strawberry.field(description="A user of the account who holds no license.")
    package_id: strawberry.ID = strawberry.field(description="A package with a free seat.")
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="1 to 255 printable ASCII characters. Same key, same input: the first answer again."
        " Same key, other input: IDEMPOTENCY_MISMATCH. A key is remembered for 30 days, unless the operator has set"
        " another time; a call with it after that counts as a new one.",
    )


@strawberry.type(description="Every answer that moves a seat carries the pools it moved, fresh.")
class LicenseAssigned:
    """A seat was given."""

    license: License = strawberry.field(description="The new license; its user is mailed an activation link.")
    pools: list[SeatPool] = strawberry.field(description="The pool the seat was taken from, after it.")


AssignLicensePayload = Annotated[
    LicenseAssigned
    | NoSeatAvailableError
    | AlreadyLicensedError
    | IdempotencyMismatchError
    | InvalidInputError
    | NotFoundError
    | NotPermittedError,
    strawberry.union("AssignLicensePayload", description="What assignLicense answers."),
]


@mutation
@revalidates_viewer(AlreadyLicensed, IdempotencyMismatch, NoSeatAvailable)
async def assign_license(
    info: Info,
    input: Annotated[AssignLicenseInput, strawberry.argument(description="Who gets what.")],
) -> AssignLicensePayload:
    """Gives one free seat of a package to a user, who is mailed how to install and activate.
    Needs ASSIGN_LICENSES.
    """
    done = await operation.assign_license(
        info.context.require_viewer(),
        user_id=decode_id("User", input.user_id),
        package_id=decode_id("Package", input.package_id),
        idempotency_key=input.idempotency_key,
    )
    return LicenseAssigned(license=License.of(done.license), pools=[SeatPool.of(pool) for pool in done.pools])
