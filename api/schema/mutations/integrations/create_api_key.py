"""createApiKey."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.enums import Permission
from api.schema.errors import InvalidInputError, NotPermittedError, RateLimitedError
from api.schema.mutations.mutation import mutation
from api.schema.types.api_key import ApiKey
from models.operations.integrations import create_api_key as operation


@strawberry.input(description="The key to make.")
class CreateApiKeyInput:
    name: str = strawberry.field(description="What it is for, at most 100 characters.")
    scopes: list[Permission] = strawberry.field(
        description="What it may do, at least one permission, and none that the viewer lacks. The answers to its"
        " changes show what they changed; each permission says what."
    )
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it is to end by itself; never when null."
    )
    allowed_networks: list[str] | None = strawberry.field(
        default=None,
        description="Addresses or networks in CIDR notation, e.g. 203.0.113.0/24, that it may be used from, 1 to 20;"
        " from anywhere when null.",
    )


@strawberry.type(description="The key works. Keep its secret: it is shown this once.")
class ApiKeyCreated:
    api_key: ApiKey = strawberry.field(description="The key.")
    secret: str = strawberry.field(
        description="Send it as `Authorization: Bearer ...`. It is stored nowhere and never shown again."
    )


CreateApiKeyPayload = Annotated[
    ApiKeyCreated | InvalidInputError | NotPermittedError | RateLimitedError,
    strawberry.union("CreateApiKeyPayload", description="What createApiKey answers."),
]


@mutation
async def create_api_key(
    info: Info,
    input: Annotated[CreateApiKeyInput, strawberry.argument(description="Which key.")],
) -> CreateApiKeyPayload:
    """Makes an API key for an integration; its secret is shown once. Needs MANAGE_INTEGRATIONS."""
    issued = await operation.create_api_key(
        info.context.require_viewer(),
        name=input.name,
        scopes=input.scopes,
        expires_at=input.expires_at,
        networks=input.allowed_networks,
    )
    return ApiKeyCreated(api_key=ApiKey.of(issued.api_key), secret=issued.secret)
