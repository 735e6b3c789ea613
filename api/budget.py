"""What a call costs its caller."""

import math
from datetime import datetime

from api.context import Context, Services
from models.budgets import LENGTH, Budget
from models.clock import now
from models.errors import RateLimited
from models.viewer import Viewer

POLICY = "ratelimit-policy"
LIMIT = "ratelimit"
COST = "usher-cost"
RETRY = "retry-after"
_POLICY, _LIMIT, _COST = POLICY.encode(), LIMIT.encode(), COST.encode()
SECONDS = int(LENGTH.total_seconds())
SHOWN_TO_SCRIPTS = [POLICY, LIMIT, COST, RETRY]


def charge(context: Context, cost: int) -> None:
    """Charge a call to its session or API key, and tell what is left. Raises RateLimited.

    Who is not signed in has no budget: they can read the catalogue alone.
    """
    if context.viewer is None:
        return
    try:
        context.budget = spend(context.services, context.viewer, cost)
    except RateLimited as refused:
        if context.response is not None:
            context.response.status_code = 429
            context.response.headers[RETRY] = str(seconds_until(refused.retry_at))
        raise
    if context.response is not None:
        context.response.raw_headers.extend(told(context.budget))


def spend(services: Services, viewer: Viewer, cost: int) -> Budget:
    """Spend of the budget that a viewer's session or API key has. Raises RateLimited."""
    return services.budgets.spend(viewer.budget_id, cost)


def told(budget: Budget) -> list[tuple[bytes, bytes]]:
    """The fields of draft-ietf-httpapi-ratelimit-headers-10, in units of cost, and what this call cost."""
    left = b'"cost";r=%d;t=%d' % (budget.remaining, budget.reset_in)
    return [(_POLICY, b'"cost";q=%d;w=%d' % (budget.limit, SECONDS)), (_LIMIT, left), (_COST, b"%d" % budget.cost)]


def seconds_until(moment: datetime) -> int:
    """Whole seconds until a moment, at least one."""
    return max(1, math.ceil((moment - now()).total_seconds()))
