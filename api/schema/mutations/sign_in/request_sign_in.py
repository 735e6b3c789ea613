"""requestSignIn."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import InvalidInputError, RateLimitedError
from api.schema.mutations.mutation import mutation
from models.operations.sign_in import request_sign_in as operation


@strawberry.input(description="Who wants to sign in.")
class RequestSignInInput:
    email: str = strawberry.field(description="The user's e-mail address.")


@strawberry.type(
    description="If the address is a user's, a link is on its way, unless five were sent within 15 minutes."
    " The answer is the same if not."
)
class SignInRequested:
    """A link is on its way."""

    expires_at: datetime = strawberry.field(description="When the mailed link stops working.")


RequestSignInPayload = Annotated[
    SignInRequested | InvalidInputError | RateLimitedError,
    strawberry.union("RequestSignInPayload", description="What requestSignIn answers."),
]


@mutation
async def request_sign_in(
    info: Info,
    input: Annotated[RequestSignInInput, strawberry.argument(description="Who wants to sign in.")],
) -> RequestSignInPayload:
    """Mails a single-use sign-in link. Answers the same whether or not the address is known. Needs no sign-in."""
    requested = await operation.request_sign_in(email=input.email, caller=info.context.caller())
    return SignInRequested(expires_at=requested.expires_at)
