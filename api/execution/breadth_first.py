"""The executor of operations that a program runs: level by level, without graphql-core's field by field."""

from graphql import ExecutionResult, GraphQLError, OperationType
from starlette.responses import Response

from api.documents.cache import CheckedDocument
from api.execution.call import Call
from api.execution.metrics import count
from api.schema.admission import operation_cost
from api.schema.build import Schema, present_errors
from api.schema.context import Context
from api.schema.cost_headers import charge
from api.schema.mutations.revalidates_viewer import does_revalidate_viewer
from engine.breadth_first.errors import NotCompiledError
from engine.breadth_first.program import BoundProgram, Program
from models.database.outages import UNAVAILABLE
from models.errors import RateLimited


class BreadthFirst:
    """Runs queries and mutations of good documents; where a field fails, graphql-core runs what is left."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    async def execute(self, call: Call) -> Response | None:
        """The response; None for an operation that has no program."""
        checked = call.request.checked
        program = self._program(call, checked) if checked else None
        if checked is None or program is None:
            return None
        context = await call.context(reuse_for_cost=call.request.cost if _revalidates_viewer(program) else None)
        cost = call.request.size.cost + operation_cost(context, checked, call.request.parameters.operation_name)
        result = await _run(program, context, cost)
        if context.recent_credential is not None and (unavailable := _unavailable(result)):
            # The credential could not have been authenticated, and nothing was run.
            raise unavailable
        present_errors(result, suggests=self._schema.suggests)
        return call.respond(result, context)

    def _program(self, call: Call, checked: CheckedDocument) -> BoundProgram | None:
        operation = call.request.operation
        if operation is None or (call.scope["method"] == "GET" and operation.operation is not OperationType.QUERY):
            return None
        name = operation.name.value if operation.name else None
        if name not in checked.programs:
            checked.programs[name] = Program(self._schema.core, checked.document, operation)
        try:
            return checked.programs[name].bind(call.request.parameters.variables)
        except NotCompiledError:
            return None


async def _run(program: BoundProgram, context: Context, cost: int) -> ExecutionResult:
    try:
        charge(context, cost)
    except RateLimited as refused:
        return ExecutionResult(None, [GraphQLError(str(refused), original_error=refused)])
    way = "compiled"

    def fall_back() -> None:
        nonlocal way
        way = "errors"
        context.clear_loaders()

    try:
        return await program.run(context, fall_back)
    finally:
        count(way)


def _revalidates_viewer(program: BoundProgram) -> bool:
    resolvers = program.resolvers
    return bool(resolvers) and all(map(does_revalidate_viewer, resolvers))


def _unavailable(result: ExecutionResult) -> Exception | None:
    """The error that kept a root field from being called, where the same call works later."""
    failed = [error.original_error for error in result.errors or () if error.path and len(error.path) == 1]
    return next((error for error in failed if isinstance(error, UNAVAILABLE)), None)
