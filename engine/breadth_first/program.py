"""Operations that are compiled once and run breadth first."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, FieldNode, OperationType
from graphql.execution.values import VariableValues

from engine.breadth_first.errors import NotCompiledError
from engine.breadth_first.fallback import GraphQLCoreFallback, Outcome
from engine.breadth_first.fields import ExecutionField, ExecutionScope, Run
from engine.breadth_first.planner import ExecutionPlanner
from engine.collect_fields import Selector
from engine.lru import WeightedLRU
from engine.operation import Operation

# Bytes, more or less.
COMPILED: "WeightedLRU[CompiledOperation | str]" = WeightedLRU(24_000_000)
BYTES_OF_FIELD = 1_000


@dataclass(frozen=True)
class CompiledOperation:
    """An operation for known values of @skip and @include: the nodes of its root fields, and their scope."""

    nodes: dict[str, list[FieldNode]]
    scope: ExecutionScope


class Program(Operation[CompiledOperation]):
    """One query or mutation of a valid document."""

    cache = COMPILED
    refusal = NotCompiledError

    def bind(self, given: Mapping[str, Any] | None) -> "BoundProgram":
        """The program with variables. Raises NotCompiledError if graphql-core must run it."""
        variables = self._coerced(given)
        fallback = GraphQLCoreFallback(self._schema, self._node, self._fragments, given)
        return BoundProgram(self._compiled_for(variables), variables, fallback)

    def _compile(self, selector: Selector, *_more: Hashable) -> tuple[CompiledOperation, int]:
        """The compiled operation, and its weight with the document, which its nodes keep alive."""
        planner = ExecutionPlanner(selector)
        root = self._schema.get_root_type(self._node.operation)
        if root is None or self._node.operation is OperationType.SUBSCRIPTION:
            raise NotCompiledError(self._node.operation.value)
        nodes = planner.fields(root, self._node.selection_set)
        compiled = CompiledOperation(nodes, planner.scope(root, nodes))
        return compiled, BYTES_OF_FIELD * planner.field_count + self._weight


@dataclass(frozen=True)
class BoundProgram:
    """A program with its variables.

    It reports no errors: if anything fails, graphql-core runs the fields that are left. `fall_back` is called before
    that, to clear the loaders of the context.
    """

    compiled: CompiledOperation
    variables: VariableValues
    fallback: GraphQLCoreFallback

    @property
    def resolvers(self) -> list[object]:
        """The resolvers of its root fields; None for a field that calls none."""
        return [field.reader.resolver for field in self.compiled.scope.fields.values()]

    @property
    def is_query(self) -> bool:
        """Whether it is a query."""
        return self.fallback.operation.operation is OperationType.QUERY

    async def run(self, context: Any, fall_back: Callable[[], None]) -> ExecutionResult:
        """Run the operation."""
        run = Run(context, self.variables)
        if not self.is_query:
            return await self._run_serially(run, fall_back)
        try:
            rows = await self.compiled.scope.execute([None], run)
        except Exception:  # noqa: BLE001 - graphql-core reports it: reading once more changes nothing
            fall_back()
            return await self.fallback.run(context, list(self.compiled.nodes.items()))
        return ExecutionResult(rows[0], None)

    async def _run_serially(self, run: Run, fall_back: Callable[[], None]) -> ExecutionResult:
        """Run root fields one after another. No resolver is called twice."""
        data: dict[str, Any] = {}
        for key, field in self.compiled.scope.fields.items():
            outcome = await outcome_of(field, run)
            try:
                completed = await field.completer.complete([outcome.replay()], run)
            except Exception:  # noqa: BLE001 - as above, but the resolver has been called
                left = [each for each in self.compiled.nodes.items() if each[0] not in data]
                fall_back()
                rest = await self.fallback.run(run.context, left, outcome)
                return ExecutionResult(None if rest.data is None else data | rest.data, rest.errors)
            data[key] = completed[0]
        return ExecutionResult(data, None)


async def outcome_of(field: ExecutionField, run: Run) -> Outcome:
    """The outcome of reading a root field."""
    try:
        return Outcome((await field.reader.values([None], run))[0])
    except Exception as error:  # noqa: BLE001 - raised again where graphql-core reports it
        return Outcome(error=error)
