"""transferLicense."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import AlreadyLicensedError, NotFoundError, NotPermittedError
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.types.people import License
from api.schema.types.seats import SeatPool
from models.operations.licensing import transfer_license as operation


@strawberry.input(description="Which license, and who gets its seat.")
class TransferLicenseInput:
    license_id: strawberry.ID = strawberry.field(description="A live license of the account.")
    to_user_id: strawberry.ID = strawberry.field(description="A user of the account who holds no license.")


@strawberry.type(description="The seat changed hands; both people are mailed.")
class LicenseTransferred:
    license: License = strawberry.field(description="The new holder's license.")
    ended: License = strawberry.field(description="The license that ended.")
    pools: list[SeatPool] = strawberry.field(description="The pool of the seat, after it.")


TransferLicensePayload = Annotated[
    LicenseTransferred | AlreadyLicensedError | NotFoundError | NotPermittedError,
    strawberry.union("TransferLicensePayload", description="What transferLicense answers."),
]


@mutation
async def transfer_license(
    info: Info,
    input: Annotated[TransferLicenseInput, strawberry.argument(description="What goes to whom.")],
) -> TransferLicensePayload:
    """Hands the seat from one user to another, who must hold none; the new holder activates anew. Needs
    ASSIGN_LICENSES.
    """
    done = await operation.transfer_license(
        info.context.require_viewer(),
        license_id=decode_id("License", input.license_id),
        to_user_id=decode_id("User", input.to_user_id),
    )
    return LicenseTransferred(
        license=License.of(done.license),
        ended=License.of(done.ended),
        pools=[SeatPool.of(pool) for pool in done.pools],
    )
