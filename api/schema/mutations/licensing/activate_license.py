"""activateLicense."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import TokenInvalidError
from api.schema.mutations.mutation import mutation
from api.schema.types.people import License
from models.operations.licensing import activate_license as operation


@strawberry.input(description="The token of a mailed activation link.")
class ActivateLicenseInput:
    token: str = strawberry.field(description="The `token` of the link, good for one use.")


@strawberry.type(description="The license is active.")
class LicenseActivated:
    license: License = strawberry.field(description="The activated license.")


ActivateLicensePayload = Annotated[
    LicenseActivated | TokenInvalidError,
    strawberry.union("ActivateLicensePayload", description="What activateLicense answers."),
]


@mutation
async def activate_license(
    info: Info,  # noqa: ARG001 - what was read is forgotten by it
    input: Annotated[ActivateLicenseInput, strawberry.argument(description="The mailed token.")],
) -> ActivateLicensePayload:
    """Follows an activation link; needs no sign-in."""
    license = await operation.activate_license(token=input.token)
    return LicenseActivated(license=License.of(license))
