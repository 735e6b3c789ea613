"""Charging calls to cost budgets, and the header fields with the remaining budget."""

import math
from datetime import datetime
from functools import cache

from api.auth.client_address import networks_of
from api.schema.context import Context, Services
from models.access.viewer import Viewer
from models.database.clock import now
from models.errors import RateLimited
from models.limits.cost_budgets import LENGTH, Budget, Payer

POLICY = "ratelimit-policy"
LIMIT = "ratelimit"
COST = "usher-cost"
RETRY = "retry-after"
_POLICY, _LIMIT, _COST = POLICY.encode(), LIMIT.encode(), COST.encode()
SECONDS = int(LENGTH.total_seconds())
EXPOSED_HEADERS = [POLICY, LIMIT, COST, RETRY]


def charge(context: Context, cost: int) -> None:
    """Charge a call to its session or API key, or to the address of an anonymous client. Raises RateLimited."""
    try:
        budget = context.services.budgets.spend(payer_of(context), cost)
    except RateLimited as refused:
        _set_refused(context, refused)
        raise
    _add_cost_fields(context, budget)


def charge_viewer(services: Services, viewer: Viewer, cost: int) -> list[tuple[bytes, bytes]]:
    """Charge a call to a viewer's session or API key; returns the header fields. Raises RateLimited."""
    budgets = services.budgets
    return cost_fields(budgets.spend(budgets.of_viewer(viewer.budget_id, viewer.account_id), cost))


def charge_refused(context: Context, cost: int) -> None:
    """Charge a refused call for the work of refusing it, even if the budget has no room for it."""
    _add_cost_fields(context, context.services.budgets.owe(payer_of(context), cost))


def owe_check(context: Context, cost: int, check_cost: int) -> None:
    """Charge the check of a valid document to an anonymous client, or to one whose budget has no room for `cost`."""
    budgets, payer = context.services.budgets, payer_of(context)
    if context.viewer is None or not budgets.has_room(payer, cost):
        budgets.owe(payer, check_cost)


def require_room(context: Context) -> None:
    """Raise RateLimited if a budget is spent, before the document is checked."""
    try:
        context.services.budgets.require_room(payer_of(context), 1)
    except RateLimited as refused:
        _set_refused(context, refused)
        raise


def payer_of(context: Context) -> Payer:
    """The budgets that a call is charged to."""
    if context.viewer is None:
        return context.services.budgets.of_networks(networks_of(context.connection))
    return context.services.budgets.of_viewer(context.viewer.budget_id, context.viewer.account_id)


def cost_fields(budget: Budget) -> list[tuple[bytes, bytes]]:
    """The fields of draft-ietf-httpapi-ratelimit-headers-10, in units of cost, and the cost of this call."""
    left = b'"cost";r=%d;t=%d' % (budget.remaining, budget.reset_in)
    return [_policy(budget.limit), (_LIMIT, left), (_COST, b"%d" % budget.cost)]


# One entry for each limit in the settings.
@cache
def _policy(limit: int) -> tuple[bytes, bytes]:
    return _POLICY, b'"cost";q=%d;w=%d' % (limit, SECONDS)


def seconds_until(moment: datetime) -> int:
    """Whole seconds until a moment, at least one."""
    return max(1, math.ceil((moment - now()).total_seconds()))


def _add_cost_fields(context: Context, budget: Budget) -> None:
    if context.viewer is not None:
        context.budget = budget
    if context.response is not None:
        context.response.raw_headers.extend(cost_fields(budget))


def _set_refused(context: Context, refused: RateLimited) -> None:
    if context.response is not None:
        context.response.status_code = 429
        context.response.headers[RETRY] = str(seconds_until(refused.retry_at))
