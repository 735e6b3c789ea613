"""What a call costs its caller."""

import math
from datetime import datetime

from starlette.responses import Response

from api.context import Context
from models.budgets import LENGTH, Budget
from models.clock import now
from models.errors import RateLimited

POLICY = "ratelimit-policy"
LIMIT = "ratelimit"
COST = "usher-cost"
RETRY = "retry-after"
SHOWN_TO_SCRIPTS = [POLICY, LIMIT, COST, RETRY]


def charge(context: Context, cost: int) -> None:
    """Charge a call to its session or API key, and tell what is left. Raises RateLimited.

    Who is not signed in has no budget: they can read the catalogue alone.
    """
    viewer = context.viewer
    if viewer is None:
        return
    whom = viewer.api_key_id or viewer.credential_id
    try:
        context.budget = context.services.budgets.spend(whom, cost)
    except RateLimited as refused:
        if context.response is not None:
            context.response.status_code = 429
            context.response.headers[RETRY] = str(seconds_until(refused.retry_at))
        raise
    if context.response is not None:
        _tell(context.response, context.budget)


def seconds_until(moment: datetime) -> int:
    """Whole seconds until a moment, at least one."""
    return max(1, math.ceil((moment - now()).total_seconds()))


def _tell(response: Response, budget: Budget) -> None:
    """The fields of draft-ietf-httpapi-ratelimit-headers-10, in units of cost, and what this call cost."""
    seconds = int(LENGTH.total_seconds())
    response.headers[POLICY] = f'"cost";q={budget.limit};w={seconds}'
    response.headers[LIMIT] = f'"cost";r={budget.remaining};t={seconds_until(budget.reset_at)}'
    response.headers[COST] = str(budget.cost)
