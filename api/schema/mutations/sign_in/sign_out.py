"""signOut."""

import strawberry

from api.auth.cookies import clear_session_cookie
from api.schema.context import Info
from api.schema.mutations.mutation import mutation
from models.operations.sign_in import sign_out as operation


@strawberry.type(description="The session has ended, if there was one.")
class SignedOut:
    ok: bool = strawberry.field(description="Always true.")


@mutation
async def sign_out(info: Info) -> SignedOut:
    """Ends the session that the call came with; its cookie or token works nowhere any more. An API key stays."""
    viewer = info.context.viewer
    if viewer is not None and viewer.api_key_id is None:
        await operation.sign_out(viewer)
        info.context.viewer = None
    response = info.context.cookie_response()
    if response is not None:
        clear_session_cookie(response, info.context.services.origins)
    return SignedOut(ok=True)
