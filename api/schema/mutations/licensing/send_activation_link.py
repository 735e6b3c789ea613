"""sendActivationLink."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import NotFoundError, NotPermittedError, RateLimitedError
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.types.people import License
from models.operations.licensing import send_activation_link as operation


@strawberry.input(description="Whose license to mail a link for.")
class SendActivationLinkInput:
    license_id: strawberry.ID = strawberry.field(description="A live license of the account.")


@strawberry.type(description="A fresh activation link is on its way to the holder.")
class ActivationLinkSent:
    """A link is on its way."""

    license: License = strawberry.field(description="The license the link activates.")


SendActivationLinkPayload = Annotated[
    ActivationLinkSent | NotFoundError | NotPermittedError | RateLimitedError,
    strawberry.union("SendActivationLinkPayload", description="What sendActivationLink answers."),
]


@mutation
async def send_activation_link(
    info: Info,
    input: Annotated[SendActivationLinkInput, strawberry.argument(description="Which license.")],
) -> SendActivationLinkPayload:
    """Mails the holder a fresh activation link; earlier links stop working. Needs ASSIGN_LICENSES."""
    viewer = info.context.require_viewer()
    license_id = decode_id("License", input.license_id)
    license = await operation.send_activation_link(viewer, license_id=license_id)
    return ActivationLinkSent(license=License.of(license))
