"""changeLicense."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import NoSeatAvailableError, NotFoundError, NotPermittedError
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.types.people import License
from api.schema.types.seats import SeatPool
from models.operations.licensing import change_license as operation


@strawberry.input(description="Which license, and the package it becomes.")
class ChangeLicenseInput:
    license_id: strawberry.ID = strawberry.field(description="A live license of the account.")
    package_id: strawberry.ID = strawberry.field(description="A package with a free seat.")


@strawberry.type(description="The user is on the new package; the same package changes nothing.")
class LicenseChanged:
    license: License = strawberry.field(
        description="The license on the new package, a new one: the old one ended and stays as history."
    )
    ended: License = strawberry.field(
        description="The license that was given, as it is now: ENDED, also when the same change is asked for again."
        " Where it was of that package already nothing ended, and this is `license`."
    )
    pools: list[SeatPool] = strawberry.field(description="The pools that moved, after it: the old one, then the new.")


ChangeLicensePayload = Annotated[
    LicenseChanged | NoSeatAvailableError | NotFoundError | NotPermittedError,
    strawberry.union("ChangeLicensePayload", description="What changeLicense answers."),
]


@mutation
async def change_license(
    info: Info,
    input: Annotated[ChangeLicenseInput, strawberry.argument(description="What to change.")],
) -> ChangeLicensePayload:
    """Moves the user to another package in one step, keeping the activation. Needs ASSIGN_LICENSES."""
    done = await operation.change_license(
        info.context.require_viewer(),
        license_id=decode_id("License", input.license_id),
        package_id=decode_id("Package", input.package_id),
    )
    return LicenseChanged(
        license=License.of(done.license),
        ended=License.of(done.ended),
        pools=[SeatPool.of(pool) for pool in done.pools],
    )
