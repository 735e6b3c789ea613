"""Reading and locking a user's cart."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from models.database import fetch, fetch_one
from models.viewer import Viewer


@dataclass(frozen=True)
class CartLineContents:
    """One line at today's price."""

    id: UUID
    package_id: UUID
    quantity: int
    unit_price: Decimal
    currency: str
    term: str

    @property
    def total(self) -> Decimal:
        """quantity x unit price."""
        return self.quantity * self.unit_price


@dataclass(frozen=True)
class CartContents:
    """A cart at one version, lowest tier first. Packages no longer on sale are left out."""

    user_id: UUID
    version: int
    lines: list[CartLineContents]
    currency: str

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.total for line in self.lines), Decimal("0.00"))


async def lock_cart(viewer: Viewer) -> None:
    """Lock the viewer's cart for the transaction and move it to its next version, making it when it is new."""
    await fetch_one(
        """
        INSERT INTO carts (user_id, account_id, version) VALUES ($1, $2, 1)
        ON CONFLICT (user_id) DO UPDATE SET version = carts.version + 1
        """,
        viewer.buyer_id,
        viewer.account_id,
    )


async def lock_cart_version(user_id: UUID) -> int:
    """Lock a cart for the transaction as it is and return its version; 0 when it was never used."""
    row = await fetch_one("SELECT version FROM carts WHERE user_id = $1 FOR UPDATE", user_id)
    return row["version"] if row else 0


async def take_from_cart(user_id: UUID, bought: dict[UUID, int]) -> None:
    """Take seats that were bought, by package, out of a cart, and move it to its next version.

    What was added while the payment was under way stays.
    """
    await lock_cart_version(user_id)
    await fetch(
        """
        WITH bought AS (SELECT * FROM unnest($2::uuid[], $3::int[]) AS line (package_id, quantity)),
        gone AS (
            DELETE FROM cart_lines AS line USING bought
            WHERE line.user_id = $1 AND line.package_id = bought.package_id AND line.quantity <= bought.quantity
        )
        UPDATE cart_lines AS line SET quantity = line.quantity - bought.quantity FROM bought
        WHERE line.user_id = $1 AND line.package_id = bought.package_id AND line.quantity > bought.quantity
        """,
        user_id,
        list(bought),
        list(bought.values()),
    )
    await fetch("UPDATE carts SET version = version + 1 WHERE user_id = $1", user_id)


async def read_cart(user_id: UUID) -> CartContents:
    """A user's cart with today's prices, in one statement so that version and lines belong together."""
    rows = await fetch(
        """
        SELECT coalesce(cart.version, 0) AS version, line.id, package.id AS package_id, line.quantity,
               package.unit_price, package.currency, package.term
        FROM packages AS package
        LEFT JOIN carts AS cart ON cart.user_id = $1
        LEFT JOIN cart_lines AS line ON line.user_id = $1 AND line.package_id = package.id
        WHERE package.on_sale
        ORDER BY package.tier, package.code
        """,
        user_id,
    )
    return CartContents(
        user_id=user_id,
        version=rows[0]["version"] if rows else 0,
        lines=[
            CartLineContents(**{key: v for key, v in row.items() if key != "version"})
            for row in rows
            if row["id"] is not None
        ],
        currency=rows[0]["currency"] if rows else "CAD",
    )


async def carts_by_user(_account_id: UUID, user_ids: Sequence[UUID]) -> dict[UUID, CartContents]:
    """Carts by user. A cart is its user's own, so a viewer never asks for more than one."""
    return {user_id: await read_cart(user_id) for user_id in user_ids}
