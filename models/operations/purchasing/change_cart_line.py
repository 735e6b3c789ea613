"""Setting the quantity of a cart line."""

from uuid import UUID

from models.access.viewer import Viewer
from models.database.connection import transaction
from models.errors import NotFound
from models.operations.purchasing.remove_from_cart import own_line, remove_line
from models.permissions import Permission
from models.rules.carts import CartContents, lock_cart, read_cart
from models.rules.inputs import Inputs


async def change_cart_line(viewer: Viewer, *, cart_line_id: UUID, quantity: int) -> CartContents:
    """Set a line's quantity; 0 removes the line. Raises NotPermitted, InvalidInput, NotFound."""
    viewer.require(Permission.PURCHASE)
    inputs = Inputs()
    inputs.quantity(("quantity",), quantity, least=0)
    inputs.refuse_bad()
    async with transaction():
        await lock_cart(viewer)
        if quantity == 0:
            await remove_line(viewer, cart_line_id)
        elif not await own_line(viewer, cart_line_id).update(quantity=quantity):
            raise NotFound("CartLine", cart_line_id)
        return await read_cart(viewer.cart_owner_id)
