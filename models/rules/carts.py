"""Reading and locking carts. The owner of one is a user or an API key; no id is of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from models.access.viewer import Viewer
from models.database.connection import fetch, fetch_one
from models.database.ids import new_id
from models.reads.conditions import Condition
from models.rules.purchases import PricedLine, total_of

_OWNED = "(user_id = $1 OR api_key_id = $1)"

# The viewer's cart, as parts of a statement that reads the credential as well.
OF_VIEWER = Condition("({row}.user_id = viewer.user_id OR {row}.api_key_id = viewer.api_key_id)")
LINES = """(
    SELECT line.id, line.account_id, line.user_id, line.api_key_id, line.package_id, line.quantity, package.tier,
        package.code, package.unit_price, package.currency, line.quantity * package.unit_price AS total
    FROM cart_lines AS line JOIN packages AS package ON package.id = line.package_id WHERE package.on_sale
)"""
VERSION = (
    "coalesce((SELECT cart.version FROM carts AS cart WHERE cart.account_id = {account}"  # noqa: S608 - constants
    f" AND {OF_VIEWER.sql.format(row='cart')} AND EXISTS (SELECT FROM packages AS package WHERE package.on_sale)), 0)"
)
TOTAL = (
    f"coalesce((SELECT sum(line.total) FROM {LINES} AS line WHERE line.account_id = {{account}}"  # noqa: S608
    f" AND {OF_VIEWER.sql.format(row='line')}), 0.00)"
)
CURRENCY = (
    "coalesce((SELECT package.currency FROM packages AS package WHERE package.on_sale"
    " ORDER BY package.tier, package.code LIMIT 1), 'CAD')"
)


@dataclass(frozen=True, kw_only=True)
class CartLineContents(PricedLine):
    """One line at today's price."""

    id: UUID


@dataclass(frozen=True)
class CartContents:
    """A cart at one version, lowest tier first. Packages no longer on sale are left out."""

    owner_id: UUID
    version: int
    lines: list[CartLineContents]
    currency: str

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return total_of(self.lines)


async def lock_cart(viewer: Viewer) -> None:
    """Lock the viewer's cart for the transaction and move it to its next version, making it when it is new."""
    await fetch_one(
        f"""
        INSERT INTO carts (id, user_id, api_key_id, account_id, version) VALUES ($1, $2, $3, $4, 1)
        ON CONFLICT ({owner_column(viewer)}) DO UPDATE SET version = carts.version + 1
        """,  # noqa: S608 - a name of ours
        new_id(),
        viewer.user_id,
        viewer.api_key_id,
        viewer.account_id,
    )


def owner_column(viewer: Viewer) -> str:
    """The column of carts and their lines that has the viewer's id."""
    return "user_id" if viewer.api_key_id is None else "api_key_id"


async def lock_cart_version(owner_id: UUID) -> int:
    """Lock a cart for the transaction as it is and return its version; 0 when it was never used."""
    row = await fetch_one(f"SELECT version FROM carts WHERE {_OWNED} FOR UPDATE", owner_id)  # noqa: S608 - constant
    return row["version"] if row else 0


async def take_from_cart(owner_id: UUID, bought: dict[UUID, int]) -> None:
    """Take seats that were bought, by package, out of a cart, and move it to its next version.

    Seats that were added during the payment stay.
    """
    await lock_cart_version(owner_id)
    await fetch(
        f"""
        WITH bought AS (SELECT * FROM unnest($2::uuid[], $3::int[]) AS line (package_id, quantity)),
        gone AS (
            DELETE FROM cart_lines AS line USING bought
            WHERE {_OWNED} AND line.package_id = bought.package_id AND line.quantity <= bought.quantity
        )
        UPDATE cart_lines AS line SET quantity = line.quantity - bought.quantity FROM bought
        WHERE {_OWNED} AND line.package_id = bought.package_id AND line.quantity > bought.quantity
        """,  # noqa: S608 - constant
        owner_id,
        list(bought),
        list(bought.values()),
    )
    await fetch(f"UPDATE carts SET version = version + 1 WHERE {_OWNED}", owner_id)  # noqa: S608 - constant


async def read_cart(owner_id: UUID) -> CartContents:
    """A cart with today's prices, in one statement so that version and lines belong together."""
    rows = await fetch(
        f"""
        SELECT coalesce(cart.version, 0) AS version, line.id, package.id AS package_id, line.quantity,
               package.unit_price, package.currency, package.term
        FROM packages AS package
        LEFT JOIN (SELECT * FROM carts WHERE {_OWNED}) AS cart ON true
        LEFT JOIN (SELECT * FROM cart_lines WHERE {_OWNED}) AS line ON line.package_id = package.id
        WHERE package.on_sale
        ORDER BY package.tier, package.code
        """,  # noqa: S608 - constant
        owner_id,
    )
    return CartContents(
        owner_id=owner_id,
        version=rows[0]["version"] if rows else 0,
        lines=[
            CartLineContents(**{key: v for key, v in row.items() if key != "version"})
            for row in rows
            if row["id"] is not None
        ],
        currency=rows[0]["currency"] if rows else "CAD",
    )


async def carts_by_owner(_account_id: UUID, owner_ids: Sequence[UUID]) -> dict[UUID, CartContents]:
    """Carts by owner. A viewer has one cart, so it asks for no more."""
    return {owner_id: await read_cart(owner_id) for owner_id in owner_ids}
