"""Money."""

from decimal import Decimal

import strawberry


@strawberry.type(description="An amount in one currency. Never negative.")
class Money:
    """An amount in one currency."""

    amount: Decimal = strawberry.field(description='Two decimals as a string: "149.00".')
    currency: str = strawberry.field(description="ISO 4217, e.g. CAD.")
