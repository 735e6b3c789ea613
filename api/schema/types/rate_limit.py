"""RateLimit."""

from datetime import datetime

import strawberry

from models.limits.cost_budgets import Budget


@strawberry.type(
    description="What the caller's session or API key may still ask for. A budget of cost slides over the last"
    " minute; over it, calls are refused with RATE_LIMITED. The headers RateLimit and Usher-Cost tell the same."
)
class RateLimit:
    """The budget of cost that is left to a session or an API key."""

    cost: int = strawberry.field(
        description="What this operation costs: one for each field that its answer can have, a page counting as many"
        " as it may hold. An answer that has not changed (304) costs 1."
    )
    remaining: int = strawberry.field(
        description="What is left after it: of the session or API key, or of the account where that has less left."
    )
    limit: int = strawberry.field(description="What the session or API key may spend in any minute.")
    account_limit: int = strawberry.field(
        description="What all sessions and API keys of the account together may spend in any minute. Where it is"
        " nearer, the headers tell of it."
    )
    reset_at: datetime = strawberry.field(description="When all of it is there again, if nothing more is spent.")

    @classmethod
    def of(cls, budget: Budget, limit: int, account_limit: int) -> "RateLimit":
        """Present a budget, with what a credential and its account may spend."""
        return cls(
            cost=budget.cost,
            remaining=budget.remaining,
            limit=limit,
            account_limit=account_limit,
            reset_at=budget.reset_at,
        )
