"""Finding anything by its global id, with the authority of the place it is otherwise read at."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from api.context import Info
from api.ids import split_id
from api.node import Node
from api.types.account import Account
from api.types.cart import Cart, CartLine
from api.types.domain import Domain
from api.types.package import Package
from api.types.people import License, User
from api.types.purchase import Purchase
from api.types.seats import SeatPool
from models.carts import read_cart
from models.inventory import read_inventory
from models.permission import Permission
from models.reads.accounts import account_by_id
from models.viewer import Viewer

MOST_IDS = 100


async def find_node(info: Info, global_id: str) -> Node | None:
    """What an id leads to, or None: unknown, somebody else's and not permitted are never told apart."""
    type_name, key = split_id(global_id)
    try:
        if type_name == "Package":
            return await _package(info, UUID(key))
        viewer = info.context.viewer
        if viewer is None:
            return None
        if type_name == "SeatPool":
            return await _seat_pool(viewer, key)
        finder = FINDERS.get(type_name)
        return await finder(info, viewer, UUID(key)) if finder else None
    except ValueError:
        return None


async def _package(info: Info, key: UUID) -> Node | None:
    row = await info.context.packages.load(key)
    return Package.of(row) if row else None


async def _account(_info: Info, viewer: Viewer, key: UUID) -> Node | None:
    return Account.of(await account_by_id(key)) if key == viewer.account_id else None


async def _seat_pool(viewer: Viewer, key: str) -> Node | None:
    account_id, _, package_id = key.partition("/")
    if UUID(account_id) != viewer.account_id or not viewer.may(Permission.VIEW_INVENTORY):
        return None
    inventory = await read_inventory(viewer.account_id, package_ids=[UUID(package_id)])
    return SeatPool.of(inventory.pools[0]) if inventory.pools else None


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


async def _cart(_info: Info, viewer: Viewer, key: UUID) -> Node | None:
    if key != viewer.user_id or not viewer.may(Permission.PURCHASE):
        return None
    return Cart.of(await read_cart(key))


async def _cart_line(_info: Info, viewer: Viewer, key: UUID) -> Node | None:
    if not viewer.may(Permission.PURCHASE):
        return None
    cart = await read_cart(viewer.user_id)
    return next((CartLine.of(line) for line in cart.lines if line.id == key), None)


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


Finder = Callable[[Info, Viewer, UUID], Awaitable[Node | None]]
FINDERS: dict[str, Finder] = {
    "Account": _account,
    "User": _user,
    "License": _license,
    "Cart": _cart,
    "CartLine": _cart_line,
    "Purchase": _purchase,
    "Domain": _domain,
}
