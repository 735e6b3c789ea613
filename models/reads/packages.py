"""Finding packages."""

import re
from collections.abc import Sequence
from uuid import UUID

from models.reads.rows import rows_where
from models.tables import Package

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}\Z")


def plausible_code(code: str) -> str:
    """The code, or one that no package has where the database could not even compare it."""
    return code if _CODE.match(code) else ""


async def packages_on_sale() -> list[Package]:
    """Packages that can be bought, lowest tier first."""
    return await Package.filter(on_sale=True).order_by("tier", "code")


async def packages_by_id(ids: Sequence[UUID]) -> dict[UUID, Package]:
    """Packages by id, off sale too: what was bought keeps its package."""
    return {package.id: package for package in await rows_where(Package, "id = ANY($1)", list(ids))}
