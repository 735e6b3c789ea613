"""Finding packages."""

from collections.abc import Sequence
from uuid import UUID

from models.tables import Package


async def packages_on_sale() -> list[Package]:
    """Packages that can be bought, lowest tier first."""
    return await Package.filter(on_sale=True).order_by("tier", "code")


async def packages_by_id(ids: Sequence[UUID]) -> dict[UUID, Package]:
    """Packages by id, off sale too: what was bought keeps its package."""
    return {package.id: package async for package in Package.filter(id__in=list(ids))}
