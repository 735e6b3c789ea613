"""Every read starts here."""

import asyncio
from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.node import Node
from api.schema.node_resolvers import MOST_IDS, SEEN_WITH, find_node
from api.schema.types.account import Account
from api.schema.types.mapped import Mapped, mapped, planned
from api.schema.types.package import Package
from api.schema.types.rate_limit import RateLimit
from api.schema.types.viewer import Viewer
from engine.sql.mappings import VIEWER, ByIds, OfViewer, ToMany
from models.errors import InvalidInput
from models.reads.accounts import account_by_id
from models.reads.packages import ON_SALE, packages_on_sale


@mapped(VIEWER, description="Every read.")
class Query(Mapped):
    """Every read."""

    @planned(
        ByIds("id", many=False, types=SEEN_WITH),
        "Anything by its id; null when it is unknown or not for the viewer to see.",
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="As some answer gave it.")],
    ) -> Node | None:
        """One thing by id."""
        return await find_node(info, id)

    @planned(
        ByIds("ids", many=True, types=SEEN_WITH),
        "Several things by id, at most 100, in the order asked; null in place of each that"
        " is unknown or not for the viewer to see.",
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="As some answers gave them.")],
    ) -> list[Node | None]:
        """Several things by id."""
        if len(ids) > MOST_IDS:
            raise InvalidInput([(("ids",), f"At most {MOST_IDS} at once.")])
        return await asyncio.gather(*(find_node(info, id) for id in ids))

    @planned(ToMany(order=("tier", "code"), always=ON_SALE), "Packages on sale, lowest tier first. Needs no sign-in.")
    async def packages(self) -> list[Package]:
        """The catalogue."""
        return [Package.of(row) for row in await packages_on_sale()]

    @planned(OfViewer(), "Who asks: a signed-in user or an API key. Null when nobody is signed in.")
    def viewer(self, info: Info) -> Viewer | None:
        """The viewer."""
        viewer = info.context.viewer
        return Viewer.of(viewer) if viewer else None

    @strawberry.field(description="What the caller may still ask for. Null when nobody is signed in.")
    def rate_limit(self, info: Info) -> RateLimit | None:
        """The caller's budget, after this operation."""
        budget, limits = info.context.budget, info.context.services.limits
        return RateLimit.of(budget, limits.cost_per_minute, limits.account_cost_per_minute) if budget else None

    @planned(
        OfViewer(), "The viewer's account. Signed out: a top-level error whose extensions.code is UNAUTHENTICATED."
    )
    async def account(self, info: Info) -> Account:
        """The viewer's account."""
        return Account.of(await account_by_id(info.context.require_viewer().account_id))
