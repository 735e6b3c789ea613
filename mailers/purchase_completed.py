"""To the buyer: the receipt."""

from uuid import UUID

from mailers.notice import Notice
from mailers.render import Amount
from models.reads.packages import packages_by_id
from models.tables import Purchase, PurchaseLine


async def purchase_completed(notice: Notice) -> dict[str, object]:
    """The facts of the mail."""
    purchase = await Purchase.get(id=UUID(notice.event.data["purchase_id"]))
    lines = await PurchaseLine.filter(purchase_id=purchase.id).order_by("id")
    packages = await packages_by_id([line.package_id for line in lines])
    return {
        "purchase_number": purchase.number,
        "completed_at": notice.event.occurred_at,
        "total": Amount(purchase.total, purchase.currency),
        "lines": [
            {
                "package": packages[line.package_id].name_in(notice.recipient.locale),
                "quantity": line.quantity,
                "unit_price": Amount(line.unit_price, purchase.currency),
                "total": Amount(line.quantity * line.unit_price, purchase.currency),
            }
            for line in lines
        ],
        "link": f"{notice.config.public_url}/",
    }
