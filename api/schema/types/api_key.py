"""ApiKey."""

from datetime import datetime
from functools import partial
from uuid import UUID

import strawberry
from orjson import loads

from api.schema.context import Info
from api.schema.enums import ApiKeyState, Permission
from api.schema.ids import encode_id
from api.schema.node import Node
from api.schema.types.people import User, load_user
from engine.breadth_first.loaders import by_loaders
from engine.sql.mappings import MIRRORS, Column, Computed, Join, Listed, Mirror, ToOne, columns
from models import tables
from models.reads.api_keys import LAST_USE, last_use_of, state_now, state_of


@strawberry.type(
    description="One secret of an API key, itself never shown again. After a rotation the old one works beside the"
    " new one for a while."
)
class ApiKeySecret:
    """One secret of an API key."""

    hint: str = strawberry.field(description="Its last four characters, to know it by.")
    created_at: datetime = strawberry.field(description="When it was given out.")
    expires_at: datetime | None = strawberry.field(
        description="When it stops working because it was replaced; null for the newest one."
    )
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used, to the minute; null when never."
    )

    @classmethod
    def of(cls, row: tables.ApiKeySecret) -> "ApiKeySecret":
        """Present a row."""
        return cls(
            hint=row.hint,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
        )


@strawberry.type(description="What an integration calls with. It can do exactly what its scopes say.")
class ApiKey(Node):
    """What an integration calls with."""

    key: strawberry.Private[UUID]
    account_id: strawberry.Private[UUID]
    created_by_id: strawberry.Private[UUID]
    name: str = strawberry.field(description="What it is for.")
    scopes: list[Permission] = strawberry.field(description="What it may do, and nothing else.")
    state: ApiKeyState = strawberry.field(description="Whether it works.")
    allowed_networks: list[str] | None = strawberry.field(
        description="The networks it may be used from, in CIDR notation; null when from anywhere."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(description="When it ends by itself; null when never.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null when it was not.")

    @strawberry.field(description="Who made it. What the key buys, it buys for them: they are mailed the receipt.")
    @by_loaders
    async def created_by(self, info: Info) -> User:
        """The user who answers for the key."""
        return await load_user(info, self.account_id, self.created_by_id)

    @strawberry.field(description="Its secrets, oldest first, also those that stopped working less than a month ago.")
    @by_loaders
    async def secrets(self, info: Info) -> list[ApiKeySecret]:
        """What is known of the key's secrets."""
        return [ApiKeySecret.of(row) for row in await _secrets(info, self)]

    @strawberry.field(description="When any of its secrets was last used, to the minute; null when never.")
    @by_loaders
    async def last_used_at(self, info: Info) -> datetime | None:
        """The last use of all."""
        return last_use_of(await _secrets(info, self))

    @classmethod
    def of(cls, row: tables.ApiKey) -> "ApiKey":
        """Present a row; scopes in the order of the enum."""
        return cls(
            id=encode_id("ApiKey", row.id),
            key=row.id,
            account_id=row.account_id,
            created_by_id=row.created_by_id,
            name=row.name,
            scopes=_ordered(row.scopes),
            state=state_of(row),
            allowed_networks=row.networks,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )


def _ordered(scopes: list[str]) -> list[Permission]:
    return [scope for scope in Permission if scope in scopes]


def _scopes(scopes: str) -> list[Permission]:
    return _ordered(loads(scopes))


def _networks(networks: str | None) -> list[str] | None:
    return None if networks is None else loads(networks)


MIRRORS.add(
    Mirror(
        "ApiKeySecret",
        "api_key_secrets",
        columns("hint", "created_at", "expires_at", "last_used_at"),
    )
)
MIRRORS.add(
    Mirror(
        "ApiKey",
        "api_keys",
        {
            "id": Column(("id",), partial(encode_id, "ApiKey")),
            "scopes": Column(("scopes",), _scopes),
            "state": Column(("revoked_at", "expires_at"), state_now),
            "allowedNetworks": Column(("networks",), _networks),
            **columns("name", "created_at", "expires_at", "revoked_at"),
            "createdBy": ToOne("User", Join("users", on={"id": "created_by_id"})),
            "secrets": Listed("ApiKeySecret", of=("api_key_id", "id")),
            "lastUsedAt": Computed(LAST_USE),
        },
    )
)


async def _secrets(info: Info, api_key: ApiKey) -> list[tables.ApiKeySecret]:
    return await info.context.loaders(api_key.account_id).secrets_of_api_key.load(api_key.key) or []
