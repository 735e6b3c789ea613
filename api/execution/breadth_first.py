"""Operations that have no plan: run by what they were compiled to, instead of by graphql-core and Strawberry.

What they cannot be is left to these as a whole: documents with errors, introspection, variables that do not fit.
"""

from collections.abc import Awaitable, Callable

import orjson
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, OperationType
from starlette.requests import Request
from starlette.responses import Response

from api.documents.cache import Checked
from api.execution.plan_cache import count
from api.execution.request_cache import Questions
from api.http.parameters import Asked
from api.http.responses import Written, answer, written
from api.schema.build import Schema, present_errors
from api.schema.checked_documents import cost_of
from api.schema.context import Context
from api.schema.cost_headers import charge
from api.schema.mutations.looks_again import is_looking_again
from engine.breadth_first.errors import NotCompiledError
from engine.breadth_first.program import Bound, Program
from models.database.outages import UNAVAILABLE
from models.errors import RateLimited

Recognising = Callable[[Request, Response], Awaitable[Context]]
Recalling = Callable[[Request, Response, int], Awaitable[Context]]


class CompiledAnswers:
    """Runs what it can of the operations of one process.

    `recognising` finds out who asks; for what looks again by itself, and costs so much, `recalling` does.
    """

    def __init__(self, schema: Schema, questions: Questions, recognising: Recognising, recalling: Recalling) -> None:
        self._schema = schema
        self._questions = questions
        self._recognising = recognising
        self._recalling = recalling

    async def find(self, request: Request, asked: Asked) -> Response | None:
        """The answer to a request, or None."""
        try:
            checked = self._schema.documents.check(self._schema._schema, asked.query)  # noqa: SLF001
        except GraphQLError:
            return None
        operation = checked.operation(asked.operation_name)
        bound = self._bound(request, asked, checked, operation) if operation else None
        if bound is None:
            return None
        # What belongs to the answer is set on this one: cookies, what was charged, and that it was too much.
        response = Written(b"", [])
        cost = checked.cost(asked.operation_name) + asked.size.cost
        if _looks_again(bound):
            context = await self._recalling(request, response, cost)
        else:
            context = await self._recognising(request, response)
        result = await _charged(bound, context, asked.size.cost + cost_of(context, checked, asked.operation_name))
        if context.recalled is not None and (unavailable := _unavailable(result)):
            # Who calls could not have been found out, and nothing been run.
            raise unavailable
        present_errors(result, suggests=self._schema.suggests)
        if not result.errors and bound.is_query:
            response.raw_headers.extend(self._questions.tag_fields(context, asked.query, asked.variables))
        body = orjson.dumps(answer(result), option=orjson.OPT_UTC_Z)
        return written(body, response.raw_headers, response.status_code)

    def _bound(
        self, request: Request, asked: Asked, checked: Checked, operation: OperationDefinitionNode
    ) -> Bound | None:
        if request.method == "GET" and operation.operation is not OperationType.QUERY:
            return None
        name = operation.name.value if operation.name else None
        if name not in checked.programs:
            checked.programs[name] = Program(self._schema._schema, checked.document, operation)  # noqa: SLF001
        try:
            return checked.programs[name].bind(asked.variables)
        except NotCompiledError:
            return None


def _looks_again(bound: Bound) -> bool:
    resolvers = bound.resolvers
    return bool(resolvers) and all(map(is_looking_again, resolvers))


def _unavailable(result: ExecutionResult) -> Exception | None:
    """What kept a root field from being called, where the same call works later."""
    failed = [error.original_error for error in result.errors or () if error.path and len(error.path) == 1]
    return next((error for error in failed if isinstance(error, UNAVAILABLE)), None)


async def _charged(bound: Bound, context: Context, cost: int) -> ExecutionResult:
    try:
        charge(context, cost)
    except RateLimited as refused:
        return ExecutionResult(None, [GraphQLError(str(refused), original_error=refused)])

    def afresh() -> Context:
        count("errors")
        return context.afresh()

    count("compiled")
    return await bound.run(context, afresh)
