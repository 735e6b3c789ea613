"""revokeApiKey."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import NotFoundError, NotPermittedError
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.types.api_key import ApiKey
from models.operations.integrations import revoke_api_key as operation


@strawberry.input(description="The key to end.")
class RevokeApiKeyInput:
    api_key_id: strawberry.ID = strawberry.field(description="A key of the account.")


@strawberry.type(description="The key has ended: none of its secrets works any more.")
class ApiKeyRevoked:
    api_key: ApiKey = strawberry.field(description="The key; `revokedAt` says since when it has ended.")


RevokeApiKeyPayload = Annotated[
    ApiKeyRevoked | NotFoundError | NotPermittedError,
    strawberry.union("RevokeApiKeyPayload", description="What revokeApiKey answers."),
]


@mutation
async def revoke_api_key(
    info: Info,
    input: Annotated[RevokeApiKeyInput, strawberry.argument(description="Which key.")],
) -> RevokeApiKeyPayload:
    """Ends an API key at once; again answers the same. Needs MANAGE_INTEGRATIONS."""
    api_key_id = decode_id("ApiKey", input.api_key_id)
    return ApiKeyRevoked(
        api_key=ApiKey.of(await operation.revoke_api_key(info.context.require_viewer(), api_key_id=api_key_id))
    )
