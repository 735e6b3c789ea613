"""The plans of queries, built once for each document."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLSchema, OperationDefinitionNode

from api.documents.cache import CheckedDocument
from api.schema.connections import encode_cursor, window
from api.schema.node_resolvers import MOST_IDS, decode_node_id
from engine.sql.mappings import MAPPINGS
from engine.sql.paging import ListPage, Paging
from engine.sql.plan import BoundPlan, Plan, PlanningContext
from models.reads.conditions import Condition


def bind_plan(
    schema: GraphQLSchema,
    checked: CheckedDocument,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any] | None,
) -> BoundPlan:
    """The plan of a query with its variables. Raises NotPlannedError where graphql-core must answer."""
    name = operation.name.value if operation.name else None
    if name not in checked.plans:
        checked.plans[name] = Plan(schema, checked.document, operation, PLANNING)
    return checked.plans[name].bind(variables)


def _page(name: str, arguments: Mapping[str, Any], conditions: tuple[Condition, ...]) -> ListPage:
    first, after, last, before = (arguments.get(name) for name in ("first", "after", "last", "before"))
    asked = window(name, first, after, last, before)
    return ListPage(conditions, asked.size, asked.after, asked.before, asked.backwards)


PLANNING = PlanningContext(MAPPINGS, Paging(_page, encode_cursor), decode_node_id, MOST_IDS)
