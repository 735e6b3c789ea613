"""Money."""

from decimal import Decimal
from typing import Any

import strawberry

from api.schema.types.mapped import planned
from engine.sql.mappings import Column, Embedded


@strawberry.type(description="An amount in one currency. Never negative.")
class Money:
    """An amount in one currency."""

    amount: Decimal = strawberry.field(description='Two decimals as a string: "149.00".')
    currency: str = strawberry.field(description="ISO 4217, e.g. CAD.")


def money(description: str, amount: str) -> Any:
    """A field that shows a column of amounts in the row's currency."""

    def make(row: Any) -> Money:
        return Money(amount=getattr(row, amount), currency=row.currency)

    return planned(Embedded({"amount": Column((amount,)), "currency": Column(("currency",))}, make=make), description)
