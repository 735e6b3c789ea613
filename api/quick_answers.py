"""Answers that graphql-core is not needed for: nothing has changed, or there is a plan."""

from dataclasses import dataclass

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from strawberry.http import GraphQLRequestData
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from api.budget import charge
from api.context import Context
from api.documents import Checked
from api.not_modified import entity_tag, is_current, mark
from api.planned import bound_plan
from api.presented_errors import present
from api.schema import Schema
from models.errors import RateLimited


@dataclass(frozen=True)
class QuickAnswer:
    """What was found: an answer or None, and the tag of whatever the answer will be, where it has one."""

    result: ExecutionResult | None = None
    tag: str | None = None


class QuickAnswers:
    """Finds answers to requests of one operation."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    async def find(self, request: Request, context: Context, told: Response, data: GraphQLRequestData) -> QuickAnswer:
        """The quick answer to a request, if it has one. `told` is given status and headers."""
        checked = self._checked(data)
        if checked is None:
            return QuickAnswer()
        # Of a document's only operation, to say its name or not is the same.
        runs = checked.operation(data.operation_name) is not None
        tag = entity_tag(context, data) if checked.versioned and runs else None
        if tag and is_current(request, tag):
            return QuickAnswer(_unchanged(context, told, tag))
        return QuickAnswer(await self._planned(checked, context, data), tag)

    def _checked(self, data: GraphQLRequestData) -> Checked | None:
        """The document of a request; what is wrong with it is told where it is run."""
        if not data.query:
            return None
        try:
            return self._schema.documents.check(self._schema._schema, data.query)  # noqa: SLF001
        except GraphQLError:
            return None

    async def _planned(self, checked: Checked, context: Context, data: GraphQLRequestData) -> ExecutionResult | None:
        schema = self._schema._schema  # noqa: SLF001
        bound = bound_plan(schema, checked, data.operation_name, context.viewer, data.variables)
        if bound is None:
            return None
        if refused := _charged(context, checked.cost(data.operation_name)):
            return refused
        return ExecutionResult(data=await bound.run(), errors=None)


def _unchanged(context: Context, told: Response, tag: str) -> ExecutionResult:
    """Nothing, charged as the least there is."""
    if refused := _charged(context, 1):
        return refused
    told.status_code = 304
    mark(told, tag)
    return ExecutionResult(data=None, errors=None)


def _charged(context: Context, cost: int) -> ExecutionResult | None:
    """Charge a call; the refusal where there is no budget for it."""
    try:
        charge(context, cost)
    except RateLimited as refused:
        error = present(GraphQLError(str(refused), original_error=refused))
        return PreExecutionError(data=None, errors=[error])
    return None
