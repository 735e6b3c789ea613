"""Finding anything by its global id, with the authority of the place it is otherwise read at."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from api.schema.context import Info
from api.schema.ids import parse_key, split_id
from api.schema.node import Node
from api.schema.types.account import Account
from api.schema.types.api_key import ApiKey
from api.schema.types.cart import Cart, CartLine
from api.schema.types.domain import Domain
from api.schema.types.package import Package
from api.schema.types.people import License, User
from api.schema.types.purchase import Purchase
from api.schema.types.seat_event import SeatEvent
from api.schema.types.seats import SeatPool
from api.schema.types.session import Session
from models.access.viewer import Viewer
from models.permissions import Permission
from models.reads.accounts import account_by_id

MOST_IDS = 100


async def find_node(info: Info, global_id: str) -> Node | None:
    """The object of an id. None for an unknown one, another account's, and one without permission, alike."""
    type_name, text = split_id(global_id)
    viewer = info.context.viewer
    if type_name == "SeatPool":
        return await _seat_pool(info, viewer, text) if viewer else None
    key = parse_key(text)
    if key is None:
        return None
    if type_name == "Package":
        return await _package(info, key)
    finder = FINDERS.get(type_name)
    return await finder(info, viewer, key) if finder and viewer else None


async def _package(info: Info, key: UUID) -> Node | None:
    row = await info.context.packages.load(key)
    return Package.of(row) if row else None


async def _account(_info: Info, viewer: Viewer, key: UUID) -> Node | None:
    return Account.of(await account_by_id(key)) if key == viewer.account_id else None


async def _seat_pool(info: Info, viewer: Viewer, text: str) -> Node | None:
    account, _, package = text.partition("/")
    account_id, package_id = parse_key(account), parse_key(package)
    if account_id != viewer.account_id or package_id is None or not viewer.may(Permission.VIEW_INVENTORY):
        return None
    counts = await info.context.loaders(viewer.account_id).pools.load(package_id)
    return SeatPool.of(counts) if counts else None


async def _user(info: Info, viewer: Viewer, key: UUID) -> Node | None:
    if key != viewer.user_id and not viewer.may(Permission.MANAGE_USERS):
        return None
    row = await info.context.loaders(viewer.account_id).users.load(key)
    return User.of(row) if row else None


async def _license(info: Info, viewer: Viewer, key: UUID) -> Node | None:
    row = await info.context.loaders(viewer.account_id).licenses.load(key)
    if row is None or (row.user_id != viewer.user_id and not viewer.may(Permission.VIEW_INVENTORY)):
        return None
    return License.of(row)


async def _cart(info: Info, viewer: Viewer, key: UUID) -> Node | None:
    if key != viewer.cart_owner_id or not viewer.may(Permission.PURCHASE):
        return None
    cart = await info.context.loaders(viewer.account_id).carts.load(key)
    return Cart.of(cart) if cart else None


async def _cart_line(info: Info, viewer: Viewer, key: UUID) -> Node | None:
    if not viewer.may(Permission.PURCHASE):
        return None
    cart = await info.context.loaders(viewer.account_id).carts.load(viewer.cart_owner_id)
    lines = cart.lines if cart else []
    return next((CartLine.of(line) for line in lines if line.id == key), None)


async def _purchase(info: Info, viewer: Viewer, key: UUID) -> Node | None:
    if not viewer.may(Permission.VIEW_BILLING):
        return None
    row = await info.context.loaders(viewer.account_id).purchases.load(key)
    return Purchase.of(row) if row else None


async def _domain(info: Info, viewer: Viewer, key: UUID) -> Node | None:
    if not viewer.may(Permission.MANAGE_DOMAINS):
        return None
    row = await info.context.loaders(viewer.account_id).domains.load(key)
    return Domain.of(row) if row else None


async def _seat_event(info: Info, viewer: Viewer, key: UUID) -> Node | None:
    if not viewer.may(Permission.VIEW_INVENTORY):
        return None
    change = await info.context.loaders(viewer.account_id).seat_events.load(key)
    return SeatEvent.of(change) if change else None


async def _session(info: Info, viewer: Viewer, key: UUID) -> Node | None:
    row = await info.context.loaders(viewer.account_id).sessions.load(key)
    if row is None or (row.user_id != viewer.user_id and not viewer.may(Permission.MANAGE_USERS)):
        return None
    return Session.of(row)


async def _api_key(info: Info, viewer: Viewer, key: UUID) -> Node | None:
    if key != viewer.api_key_id and not viewer.may(Permission.MANAGE_INTEGRATIONS):
        return None
    row = await info.context.loaders(viewer.account_id).api_keys.load(key)
    return ApiKey.of(row) if row else None


Finder = Callable[[Info, Viewer, UUID], Awaitable[Node | None]]
FINDERS: dict[str, Finder] = {
    "Account": _account,
    "User": _user,
    "License": _license,
    "Cart": _cart,
    "CartLine": _cart_line,
    "Purchase": _purchase,
    "Domain": _domain,
    "SeatEvent": _seat_event,
    "Session": _session,
    "ApiKey": _api_key,
}

# The permission to see all rows of a type. Without it, resolvers look whether a row is the viewer's own.
SEEN_WITH: dict[str, Permission | None] = {
    "Package": None,
    "Account": None,
    "SeatPool": Permission.VIEW_INVENTORY,
    "User": Permission.MANAGE_USERS,
    "License": Permission.VIEW_INVENTORY,
    "Cart": Permission.PURCHASE,
    "CartLine": Permission.PURCHASE,
    "Purchase": Permission.VIEW_BILLING,
    "Domain": Permission.MANAGE_DOMAINS,
    "SeatEvent": Permission.VIEW_INVENTORY,
    "Session": Permission.MANAGE_USERS,
    "ApiKey": Permission.MANAGE_INTEGRATIONS,
}


def decode_node_id(global_id: str) -> tuple[str, UUID | None]:
    """The type that an id names, and the key of the row; an empty type for an unknown id."""
    type_name, text = split_id(global_id)
    # The row of a pool is its package's, also while nothing was bought. Answers are found by the whole id.
    key = parse_key(text.partition("/")[2] if type_name == "SeatPool" else text)
    return (type_name, key) if key and type_name in SEEN_WITH else ("", None)
