"""Account."""

from typing import Annotated, Any

import strawberry

from api.schema.connections import Connection, Listing, window
from api.schema.context import Info
from api.schema.enums import Permission
from api.schema.ids import decode_id
from api.schema.node import Node
from api.schema.types.api_key import ApiKey
from api.schema.types.cart import Cart
from api.schema.types.domain import Domain
from api.schema.types.filters import LicenseFilter, UserFilter
from api.schema.types.mapped import Mapped, column, mapped, planned
from api.schema.types.people import License, User
from api.schema.types.purchase import Purchase
from api.schema.types.seat_event import SEAT_EVENTS, SeatEvent, SeatEventListing
from api.schema.types.seats import SeatInventory
from api.schema.types.session import Session
from api.schema.versions import parse_version
from engine.sql.mappings import Embedded, OfViewer, ToMany
from models import tables
from models.reads.conditions import Condition
from models.reads.domains import domains_of
from models.reads.inventory import read_inventory
from models.reads.packages import require_known_codes
from models.reads.paging import Window
from models.reads.rows import Rows
from models.reads.sessions import LIVE, live_sessions, of_user
from models.rules.carts import read_cart

First = Annotated[int | None, strawberry.argument(description="How many from the start, at most 100.")]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end, at most 100.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor.")]

# The names of the lists, which their cursors hold; a plan makes the same of the mirror's and the field's.
USERS, LICENSES, PURCHASES = "Account.users", "Account.licenses", "Account.purchases"
SESSIONS, API_KEYS = "Account.sessions", "Account.apiKeys"


def _of_sessions(arguments: dict[str, Any]) -> list[Condition]:
    user_id = arguments.get("userId")
    return [] if user_id is None else [of_user(decode_id("User", user_id))]


@mapped(
    "accounts",
    description="The business that buys and holds licenses. Everything below belongs to exactly one account.",
)
class Account(Mapped, Node):
    """The viewer's account. A field that shows what it owns asks for a permission first."""

    row: strawberry.Private[tables.Account]
    name: str = column("The business's name.")
    version: str = column(
        "A whole number as a string; grows with every change inside the account. Also the cursor of its event feed.",
        show=str,
    )

    @planned(
        Embedded(arguments_of="pools", requires=Permission.VIEW_INVENTORY),
        "Seat counts, consistent at one version. Needs VIEW_INVENTORY.",
    )
    async def seat_inventory(
        self,
        info: Info,
        package_codes: Annotated[
            list[str] | None,
            strawberry.argument(
                description='Only these packages, e.g. ["PRO"], in any case. All when null. A code of no package is'
                " refused with INVALID_INPUT."
            ),
        ] = None,
    ) -> SeatInventory:
        """The account's seats."""
        info.context.require(self.row.id, Permission.VIEW_INVENTORY)
        if package_codes is not None:
            await require_known_codes(package_codes, "packageCodes")
        return SeatInventory.of(await read_inventory(self.row.id, package_codes=package_codes))

    @planned(
        ToMany(wanted=UserFilter.wanted, requires=Permission.MANAGE_USERS),
        "The people of the account, oldest first. Needs MANAGE_USERS.",
    )
    async def users(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[UserFilter | None, strawberry.argument(description="Which users; all when null.")] = None,
    ) -> Connection[User]:
        """The account's users."""
        info.context.require(self.row.id, Permission.MANAGE_USERS)
        await _require_known_code(filter)
        rows = Rows(tables.User, self.row.id, (filter or UserFilter()).conditions())
        return Connection(listing=Listing(USERS, rows, window(USERS, first, after, last, before), User.of))

    @planned(
        ToMany(wanted=LicenseFilter.wanted, requires=Permission.VIEW_INVENTORY),
        "Licenses, ended ones too unless filtered, oldest first. Needs VIEW_INVENTORY.",
    )
    async def licenses(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[
            LicenseFilter | None, strawberry.argument(description="Which licenses; all when null.")
        ] = None,
    ) -> Connection[License]:
        """The account's licenses."""
        info.context.require(self.row.id, Permission.VIEW_INVENTORY)
        await _require_known_code(filter)
        rows = Rows(tables.License, self.row.id, (filter or LicenseFilter()).conditions())
        return Connection(listing=Listing(LICENSES, rows, window(LICENSES, first, after, last, before), License.of))

    @planned(OfViewer(requires=Permission.PURCHASE), "What the viewer is about to buy. Needs PURCHASE.")
    async def cart(self, info: Info) -> Cart:
        """The viewer's own cart."""
        viewer = info.context.require(self.row.id, Permission.PURCHASE)
        return Cart.of(await read_cart(viewer.cart_owner_id))

    @planned(
        ToMany(newest_first=True, requires=Permission.VIEW_BILLING),
        "Purchases in every state, newest first. Needs VIEW_BILLING.",
    )
    def purchases(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Purchase]:
        """The account's purchases."""
        info.context.require(self.row.id, Permission.VIEW_BILLING)
        where = window(PURCHASES, first, after, last, before)
        listing = Listing(PURCHASES, Rows(tables.Purchase, self.row.id), where, Purchase.of, newest_first=True)
        return Connection(listing=listing)

    @planned(
        ToMany(order=("name",), requires=Permission.MANAGE_DOMAINS),
        "The e-mail domains it claims, by name. Needs MANAGE_DOMAINS.",
    )
    async def domains(self, info: Info) -> list[Domain]:
        """The account's domains."""
        info.context.require(self.row.id, Permission.MANAGE_DOMAINS)
        return [Domain.of(row) for row in await domains_of(self.row.id)]

    @planned(
        SEAT_EVENTS,
        "What happened to the seats, in order: the same that seatCountsChanged pushes, for who polls."
        " At most 100 at once, 50 when `first` is not given. A version ahead of the account is refused with"
        " STALE_VERSION. Needs VIEW_INVENTORY.",
    )
    def seat_events(
        self,
        info: Info,
        after: Annotated[
            str | None,
            strawberry.argument(description="Only what came after this version, which is also a cursor. Null: all."),
        ] = None,
        first: First = None,
    ) -> Connection[SeatEvent]:
        """The account's seat events."""
        info.context.require(self.row.id, Permission.VIEW_INVENTORY)
        size = Window(first).size
        return Connection(listing=SeatEventListing(self.row.id, parse_version("after", after) or 0, size))

    @planned(
        ToMany(always=LIVE, wanted=_of_sessions, requires=Permission.MANAGE_USERS),
        "Where its people are signed in now, oldest first. Needs MANAGE_USERS.",
    )
    def sessions(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        user_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those of this user; all when null.")
        ] = None,
    ) -> Connection[Session]:
        """The account's live sessions."""
        info.context.require(self.row.id, Permission.MANAGE_USERS)
        whose = decode_id("User", user_id) if user_id is not None else None
        where = window(SESSIONS, first, after, last, before)
        return Connection(listing=Listing(SESSIONS, live_sessions(self.row.id, whose), where, Session.of))

    @planned(
        ToMany(requires=Permission.MANAGE_INTEGRATIONS),
        "The keys of its integrations, ended ones too, oldest first. Needs MANAGE_INTEGRATIONS.",
    )
    def api_keys(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[ApiKey]:
        """The account's API keys."""
        info.context.require(self.row.id, Permission.MANAGE_INTEGRATIONS)
        where = window(API_KEYS, first, after, last, before)
        return Connection(listing=Listing(API_KEYS, Rows(tables.ApiKey, self.row.id), where, ApiKey.of))


async def _require_known_code(filter: UserFilter | LicenseFilter | None) -> None:
    if filter is not None and filter.package_code is not None:
        await require_known_codes([filter.package_code], "filter", "packageCode")
