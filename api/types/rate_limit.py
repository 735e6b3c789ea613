"""RateLimit."""

from datetime import datetime

import strawberry

from models.budgets import Budget


@strawberry.type(
    description="What the caller's session or API key may still ask for. A budget of cost slides over the last"
    " minute; over it, calls are refused with RATE_LIMITED. The headers RateLimit and Usher-Cost tell the same."
)
class RateLimit:
    """What the caller may still ask for."""

    cost: int = strawberry.field(
        description="What this operation costs: one for each field that its answer can have, a page counting as many"
        " as it may hold. An answer that has not changed (304) costs 1."
    )
    remaining: int = strawberry.field(description="What is left after it.")
    limit: int = strawberry.field(description="What may be spent in any minute.")
    reset_at: datetime = strawberry.field(description="When all of it is there again, if nothing more is spent.")

    @classmethod
    def of(cls, budget: Budget) -> "RateLimit":
        """Present a budget."""
        return cls(cost=budget.cost, remaining=budget.remaining, limit=budget.limit, reset_at=budget.reset_at)
