"""ApiKey."""

from datetime import datetime

import strawberry

from api.schema.context import Info
from api.schema.enums import ApiKeyState, Permission
from api.schema.node import Node
from api.schema.types.mapped import Mapped, column, mapped, planned
from api.schema.types.people import User, load_user
from engine.breadth_first.loaders import awaits_loaders_only
from engine.sql.mappings import Computed, Join, ToMany, ToOne
from models import tables
from models.reads.api_keys import LAST_USE, last_use_of, state_now


@mapped(
    "api_key_secrets",
    description="One secret of an API key, itself never shown again. After a rotation the old one works beside the"
    " new one for a while.",
)
class ApiKeySecret(Mapped):
    """One secret of an API key."""

    row: strawberry.Private[tables.ApiKeySecret]
    hint: str = column("Its last four characters, to know it by.")
    created_at: datetime = column("When it was given out.")
    expires_at: datetime | None = column("When it stops working because it was replaced; null for the newest one.")
    last_used_at: datetime | None = column("When it was last used, to the minute; null when never.")


def _in_order(scopes: list[str]) -> list[Permission]:
    return [scope for scope in Permission if scope in scopes]


@mapped("api_keys", description="What an integration calls with. It can do exactly what its scopes say.")
class ApiKey(Mapped, Node):
    """The API key of an integration."""

    row: strawberry.Private[tables.ApiKey]
    name: str = column("What it is for.")
    scopes: list[Permission] = column("What it may do, and nothing else.", json=True, show=_in_order)
    state: ApiKeyState = column("Whether it works.", "revoked_at", "expires_at", show=state_now)
    allowed_networks: list[str] | None = column(
        "The networks it may be used from, in CIDR notation; null when from anywhere.", "networks", json=True
    )
    created_at: datetime = column("When it was made.")
    expires_at: datetime | None = column("When it ends by itself; null when never.")
    revoked_at: datetime | None = column("When it was revoked; null when it was not.")

    @planned(
        ToOne(Join("users", on={"id": "created_by_id"})),
        "Who made it. What the key buys, it buys for them: they are mailed the receipt.",
    )
    @awaits_loaders_only
    async def created_by(self, info: Info) -> User:
        """The user who answers for the key."""
        return await load_user(info, self.row.account_id, self.row.created_by_id)

    @planned(
        ToMany(of=("api_key_id", "id")),
        "Its secrets, oldest first, also those that stopped working less than a month ago.",
    )
    @awaits_loaders_only
    async def secrets(self, info: Info) -> list[ApiKeySecret]:
        """The key's secrets, without their texts."""
        return [ApiKeySecret.of(row) for row in await _secrets(info, self.row)]

    @planned(Computed(LAST_USE), "When any of its secrets was last used, to the minute; null when never.")
    @awaits_loaders_only
    async def last_used_at(self, info: Info) -> datetime | None:
        """The last use of all."""
        return last_use_of(await _secrets(info, self.row))


async def _secrets(info: Info, row: tables.ApiKey) -> list[tables.ApiKeySecret]:
    return await info.context.loaders(row.account_id).secrets_of_api_key.load(row.id) or []
