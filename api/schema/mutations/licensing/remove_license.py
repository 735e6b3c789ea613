"""removeLicense."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import NotFoundError, NotPermittedError
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.types.people import License
from api.schema.types.seats import SeatPool
from models.operations.licensing import remove_license as operation


@strawberry.input(description="Which license to take away.")
class RemoveLicenseInput:
    license_id: strawberry.ID = strawberry.field(description="A license of the account.")


@strawberry.type(description="Removing what is already ended answers the same again.")
class LicenseRemoved:
    """The seat is free again."""

    license: License = strawberry.field(description="The license, ended.")
    pools: list[SeatPool] = strawberry.field(description="The pool the seat returned to, after it.")


RemoveLicensePayload = Annotated[
    LicenseRemoved | NotFoundError | NotPermittedError,
    strawberry.union("RemoveLicensePayload", description="What removeLicense answers."),
]


@mutation
async def remove_license(
    info: Info,
    input: Annotated[RemoveLicenseInput, strawberry.argument(description="Which license.")],
) -> RemoveLicensePayload:
    """Takes the license from the user; the seat is available again. It stays purchased. Needs ASSIGN_LICENSES."""
    viewer = info.context.require_viewer()
    license_id = decode_id("License", input.license_id)
    done = await operation.remove_license(viewer, license_id=license_id)
    return LicenseRemoved(license=License.of(done.license), pools=[SeatPool.of(pool) for pool in done.pools])
