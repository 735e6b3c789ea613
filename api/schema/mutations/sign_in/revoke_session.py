"""revokeSession."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import NotFoundError
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.types.session import Session
from models.operations.sign_in import revoke_session as operation


@strawberry.input(description="Which session to end.")
class RevokeSessionInput:
    session_id: strawberry.ID = strawberry.field(
        description="One of the viewer's own; with MANAGE_USERS, one of anybody in the account."
    )


@strawberry.type(description="The session has ended: its cookie or token works nowhere any more.")
class SessionRevoked:
    session: Session = strawberry.field(description="The session; `endedAt` says since when it has ended.")


RevokeSessionPayload = Annotated[
    SessionRevoked | NotFoundError,
    strawberry.union("RevokeSessionPayload", description="What revokeSession answers."),
]


@mutation
async def revoke_session(
    info: Info,
    input: Annotated[RevokeSessionInput, strawberry.argument(description="Which session.")],
) -> RevokeSessionPayload:
    """Ends a session from elsewhere, e.g. on a lost telephone. One's own; others' need MANAGE_USERS."""
    viewer = info.context.require_viewer()
    session_id = decode_id("Session", input.session_id)
    session = await operation.revoke_session(viewer, session_id=session_id)
    return SessionRevoked(session=Session.of(session))
