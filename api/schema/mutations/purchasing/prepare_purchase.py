"""preparePurchase."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import InvalidInputError, NotFoundError, NotPermittedError
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.mutations.purchasing.validate_purchase import PurchaseValidated
from api.schema.types.purchase import Purchase
from models.operations.purchasing import prepare_purchase as operation


@strawberry.input(description="One package to buy, and how many seats of it.")
class PreparePurchaseLineInput:
    package_id: strawberry.ID = strawberry.field(description="A package on sale.")
    quantity: int = strawberry.field(description="1 to 10 000.")


@strawberry.input(description="What to buy.")
class PreparePurchaseInput:
    lines: list[PreparePurchaseLineInput] = strawberry.field(
        description="One line for each package to buy; 1 to the number of packages on sale."
    )


PreparePurchasePayload = Annotated[
    PurchaseValidated | InvalidInputError | NotFoundError | NotPermittedError,
    strawberry.union("PreparePurchasePayload", description="What preparePurchase answers; `replaced` is null."),
]


@mutation
async def prepare_purchase(
    info: Info,
    input: Annotated[PreparePurchaseInput, strawberry.argument(description="What to buy.")],
) -> PreparePurchasePayload:
    """Makes a purchase of given lines that waits for acceptance, prices frozen for 30 minutes, without a cart: for
    programs that know what to buy. It cancels no other purchase; of one user or API key 20 such purchases wait at
    most, and a further one makes the oldest EXPIRED. Needs PURCHASE.
    """
    viewer = info.context.require_viewer()
    lines = [(decode_id("Package", line.package_id), line.quantity) for line in input.lines]
    purchase = await operation.prepare_purchase(viewer, lines=lines)
    return PurchaseValidated(purchase=Purchase.of(purchase), replaced=None)
