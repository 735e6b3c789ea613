"""completeSignIn."""

from datetime import datetime
from typing import Annotated

import strawberry
from graphql import GraphQLError

from api.auth.client_address import user_agent
from api.auth.cookies import set_session_cookie
from api.schema.context import Info
from api.schema.enums import SessionKind
from api.schema.errors import TokenInvalidError
from api.schema.mutations.mutation import mutation
from api.schema.types.viewer import Viewer
from models.operations.sign_in import complete_sign_in as operation

OVER_A_SOCKET = "A cookie cannot be set over a WebSocket. Sign in over HTTP, or ask for BEARER."
FROM_ANOTHER_SITE = (
    "The session cookie is set for pages of this origin, and of those that the operator allows. Ask for BEARER."
)


@strawberry.input(description="The token of a mailed link, and how to keep the session.")
class CompleteSignInInput:
    token: str = strawberry.field(description="The `token` of the link, good for one use.")
    session: SessionKind | None = strawberry.field(
        default=SessionKind.COOKIE,
        description="COOKIE sets an HttpOnly session cookie, for pages of Usher's own origin and of those that the"
        " operator allows; BEARER answers an access token for clients that are not a browser.",
    )


@strawberry.type(description="Signed in.")
class SignedIn:
    viewer: Viewer = strawberry.field(description="Who you are now.")
    access_token: str | None = strawberry.field(
        description="Only for BEARER. Shown this once: send it as `Authorization: Bearer ...`."
    )
    expires_at: datetime = strawberry.field(description="When the session ends.")


CompleteSignInPayload = Annotated[
    SignedIn | TokenInvalidError,
    strawberry.union("CompleteSignInPayload", description="What completeSignIn answers."),
]


@mutation
async def complete_sign_in(
    info: Info,
    input: Annotated[CompleteSignInInput, strawberry.argument(description="The mailed token.")],
) -> CompleteSignInPayload:
    """Follows a sign-in link: trades its token for a session. Needs no sign-in."""
    kind = input.session or SessionKind.COOKIE
    response = info.context.cookie_response()
    if kind is SessionKind.COOKIE and response is None:
        raise GraphQLError(OVER_A_SOCKET if info.context.response is None else FROM_ANOTHER_SITE)
    signed_in = await operation.complete_sign_in(
        token=input.token, kind=kind, client=user_agent(info.context.connection)
    )
    # The rest of the document runs as the new viewer.
    info.context.viewer = signed_in.viewer
    if kind is SessionKind.COOKIE and response is not None:
        set_session_cookie(response, signed_in, info.context.services.origins)
    return SignedIn(
        viewer=Viewer.of(signed_in.viewer),
        access_token=signed_in.secret if kind is SessionKind.BEARER else None,
        expires_at=signed_in.expires_at,
    )
