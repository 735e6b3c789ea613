"""An operation that has been compiled, and running it."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, FieldNode, OperationType
from graphql.execution.values import VariableValues

from engine.breadth_first.errors import NotCompiledError
from engine.breadth_first.fallback import Outcome, Remainder
from engine.breadth_first.fields import Column, Run, Selection
from engine.breadth_first.planner import Compiler
from engine.collect_fields import Selector
from engine.lru import WeightedLRU
from engine.operation import Operation

# Bytes, more or less.
COMPILED: "WeightedLRU[Compiled | str]" = WeightedLRU(24_000_000)
OF_A_COLUMN = 1_000


@dataclass(frozen=True)
class Compiled:
    """An operation for some values of its conditions: its root fields, and how each is read."""

    nodes: dict[str, list[FieldNode]]
    selection: Selection


class Program(Operation[Compiled]):
    """One query or mutation of a valid document."""

    kept = COMPILED
    refusal = NotCompiledError

    def bind(self, given: Mapping[str, Any] | None) -> "Bound":
        """The program with variables. Raises NotCompiledError where graphql-core must answer."""
        variables = self._coerced(given)
        remainder = Remainder(self._schema, self._node, self._fragments, given)
        return Bound(self._compiled_for(variables), variables, remainder)

    def _compile(self, selector: Selector, *_more: Hashable) -> tuple[Compiled, int]:
        """The columns; their nodes keep the document."""
        compiler = Compiler(selector)
        root = self._schema.get_root_type(self._node.operation)
        if root is None or self._node.operation is OperationType.SUBSCRIPTION:
            raise NotCompiledError(self._node.operation.value)
        nodes = compiler.fields(root, self._node.selection_set)
        selection = Selection({name: compiler.column(root, each) for name, each in nodes.items()})
        return Compiled(nodes, selection), OF_A_COLUMN * compiler.columns + self._weight


@dataclass(frozen=True)
class Bound:
    """A program with its variables, which only has to be run.

    It has no errors of its own: where anything fails, graphql-core runs what is left. `fall_back` is called before
    that, to clear the context of what was read.
    """

    compiled: Compiled
    variables: VariableValues
    remainder: Remainder

    @property
    def resolvers(self) -> list[object]:
        """What its root fields are resolved by; None where nothing is called."""
        return [column.reader.resolver for column in self.compiled.selection.columns.values()]

    @property
    def is_query(self) -> bool:
        """Whether it only reads."""
        return self.remainder.operation.operation is OperationType.QUERY

    async def run(self, context: Any, fall_back: Callable[[], None]) -> ExecutionResult:
        """Run the operation."""
        run = Run(context, self.variables)
        if not self.is_query:
            return await self._in_turn(run, fall_back)
        try:
            rows = await self.compiled.selection.complete([None], run)
        except Exception:  # noqa: BLE001 - what it was, graphql-core tells: reading once more changes nothing
            fall_back()
            return await self.remainder.run(context, list(self.compiled.nodes.items()))
        return ExecutionResult(rows[0], None)

    async def _in_turn(self, run: Run, fall_back: Callable[[], None]) -> ExecutionResult:
        """Run root fields one after another. None is called twice."""
        data: dict[str, Any] = {}
        for name, column in self.compiled.selection.columns.items():
            outcome = await outcome_of(column, run)
            try:
                cells = await column.shape.complete([outcome.again()], run)
            except Exception:  # noqa: BLE001 - as above, but the field has been called
                left = [each for each in self.compiled.nodes.items() if each[0] not in data]
                fall_back()
                rest = await self.remainder.run(run.context, left, outcome)
                return ExecutionResult(None if rest.data is None else data | rest.data, rest.errors)
            data[name] = cells[0]
        return ExecutionResult(data, None)


async def outcome_of(column: Column, run: Run) -> Outcome:
    """What comes of calling a root field, which may be an exception."""
    try:
        return Outcome((await column.reader.values([None], run))[0])
    except Exception as error:  # noqa: BLE001 - kept, to be raised where it is told
        return Outcome(error=error)
