"""Taking a line out of the cart."""

from uuid import UUID

from tortoise.queryset import QuerySet

from models.access.viewer import Viewer
from models.database.connection import transaction
from models.errors import NotFound
from models.permissions import Permission
from models.rules.carts import CartContents, lock_cart, read_cart
from models.tables import CartLine


async def remove_from_cart(viewer: Viewer, *, cart_line_id: UUID) -> CartContents:
    """Remove a line from the viewer's cart. Raises NotPermitted, NotFound."""
    viewer.require(Permission.PURCHASE)
    async with transaction():
        await lock_cart(viewer)
        await remove_line(viewer, cart_line_id)
        return await read_cart(viewer.cart_owner_id)


async def remove_line(viewer: Viewer, cart_line_id: UUID) -> None:
    """Delete one line of the viewer's own cart. Raises NotFound."""
    if not await own_line(viewer, cart_line_id).delete():
        raise NotFound("CartLine", cart_line_id)


def own_line(viewer: Viewer, cart_line_id: UUID) -> QuerySet[CartLine]:
    """One line, if it is of the viewer's own cart."""
    return CartLine.filter(id=cart_line_id, user_id=viewer.user_id, api_key_id=viewer.api_key_id)
