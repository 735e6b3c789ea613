"""rotateApiKey."""

from datetime import timedelta
from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import InvalidInputError, NotFoundError, NotPermittedError, RateLimitedError
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.types.api_key import ApiKey
from models.operations.integrations import rotate_api_key as operation


@strawberry.input(description="The key that gets a new secret.")
class RotateApiKeyInput:
    api_key_id: strawberry.ID = strawberry.field(description="A key of the account that works.")
    overlap_minutes: int = strawberry.field(
        default=24 * 60,
        description="How long the secrets that it has go on working, 0 to 43 200 (30 days); a day when not given.",
    )


@strawberry.type(description="The key has a new secret. Keep it: it is shown this once.")
class ApiKeyRotated:
    api_key: ApiKey = strawberry.field(description="The key; its older secrets tell until when they work.")
    secret: str = strawberry.field(
        description="Send it as `Authorization: Bearer ...`. It is stored nowhere and never shown again."
    )


RotateApiKeyPayload = Annotated[
    ApiKeyRotated | InvalidInputError | NotFoundError | NotPermittedError | RateLimitedError,
    strawberry.union("RotateApiKeyPayload", description="What rotateApiKey answers."),
]


@mutation
async def rotate_api_key(
    info: Info,
    input: Annotated[RotateApiKeyInput, strawberry.argument(description="Which key.")],
) -> RotateApiKeyPayload:
    """Gives an API key a new secret; the old one works on for a while, so that nothing stops. Needs
    MANAGE_INTEGRATIONS, and every scope of the key.
    """
    issued = await operation.rotate_api_key(
        info.context.require_viewer(),
        api_key_id=decode_id("ApiKey", input.api_key_id),
        overlap=timedelta(minutes=input.overlap_minutes),
    )
    return ApiKeyRotated(api_key=ApiKey.of(issued.api_key), secret=issued.secret)
