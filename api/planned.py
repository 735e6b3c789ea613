"""Answering queries by their plans, and counting what goes which way."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLSchema, OperationDefinitionNode, OperationType
from prometheus_client import Counter

from api.connections import encode_cursor, window
from api.documents import Checked
from models.reads.conditions import Condition
from models.viewer import Viewer
from plans.mirrors import MIRRORS
from plans.plan import Bound, Paging, Plan, Using
from plans.statement import Page
from plans.structure import NotPlannedError

QUERIES = Counter("usher_queries", "Queries over HTTP: by a plan, or by graphql-core and why.", ["way"])
PLANNED = "plan"


def bound_plan(
    schema: GraphQLSchema,
    checked: Checked,
    operation_name: str | None,
    viewer: Viewer | None,
    variables: Mapping[str, Any] | None,
) -> Bound | None:
    """The plan of a query for a viewer, ready to be run; None where graphql-core must answer."""
    operation = checked.operation(operation_name)
    if operation is None or operation.operation is not OperationType.QUERY:
        return None
    try:
        bound = _bind(schema, checked, operation, viewer, variables)
    except NotPlannedError as why:
        QUERIES.labels(str(why)).inc()
        return None
    QUERIES.labels(PLANNED).inc()
    return bound


def _bind(
    schema: GraphQLSchema,
    checked: Checked,
    operation: OperationDefinitionNode,
    viewer: Viewer | None,
    variables: Mapping[str, Any] | None,
) -> Bound:
    if viewer is None:
        raise NotPlannedError("nobody")
    name = operation.name.value if operation.name else None
    if name not in checked.plans:
        checked.plans[name] = Plan(schema, checked.document, operation, USING)
    return checked.plans[name].bind(viewer, variables)


def _page(arguments: Mapping[str, Any], conditions: tuple[Condition, ...]) -> Page:
    first, after, last, before = (arguments.get(name) for name in ("first", "after", "last", "before"))
    asked = window(first, after, last, before)
    return Page(conditions, asked.size, asked.after, asked.before, asked.backwards)


USING = Using(MIRRORS, Paging(_page, encode_cursor))
