"""Adding seats of a package to the cart."""

from uuid import UUID

from models.access.viewer import Viewer
from models.database.connection import fetch_one, transaction
from models.database.ids import new_id
from models.errors import InvalidInput, NotFound
from models.permissions import Permission
from models.rules.carts import CartContents, lock_cart, owner_column, read_cart
from models.rules.inputs import MAX_QUANTITY, Inputs
from models.tables import Package


async def add_to_cart(viewer: Viewer, *, package_id: UUID, quantity: int) -> CartContents:
    """Add seats of a package; one that is in the cart already gets the sum.

    Raises NotPermitted, InvalidInput (also when the sum would pass 10 000), NotFound.
    """
    viewer.require(Permission.PURCHASE)
    inputs = Inputs()
    inputs.quantity(("quantity",), quantity)
    inputs.refuse_bad()
    async with transaction():
        if not await Package.exists(id=package_id, on_sale=True):
            raise NotFound("Package", package_id)
        await lock_cart(viewer)
        await _add_line(viewer, package_id, quantity)
        return await read_cart(viewer.cart_owner_id)


async def _add_line(viewer: Viewer, package_id: UUID, quantity: int) -> None:
    row = await fetch_one(
        f"""
        INSERT INTO cart_lines (id, account_id, user_id, api_key_id, package_id, quantity)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT ({owner_column(viewer)}, package_id) DO UPDATE SET quantity = cart_lines.quantity + $6
        WHERE cart_lines.quantity + $6 <= $7
        RETURNING id
        """,  # noqa: S608 - a name of ours
        new_id(),
        viewer.account_id,
        viewer.user_id,
        viewer.api_key_id,
        package_id,
        quantity,
        MAX_QUANTITY,
    )
    if row is None:
        raise InvalidInput([(("quantity",), f"The cart would hold more than {MAX_QUANTITY} of this package.")])
