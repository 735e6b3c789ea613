"""An operation that has been compiled, and running it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.values import VariableValues

from executing.columns import Column, Run, Selection
from executing.compiling import Compiler
from executing.core import Outcome, Remainder
from executing.problems import NotCompiledError
from plans.bounded import Bounded
from plans.plan import variables_of_conditions
from plans.selections import Selector
from plans.variables import Variables

# Bytes, more or less.
COMPILED: "Bounded[Compiled | str]" = Bounded(30_000_000)
OF_A_COLUMN = 1_000
NUMBERS = count()


@dataclass(frozen=True)
class Compiled:
    """An operation for some values of its conditions: its root fields, and how each is read."""

    nodes: dict[str, list[FieldNode]]
    selection: Selection


class Program:
    """One query or mutation of a valid document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._conditions = variables_of_conditions(document)
        self._variables = Variables(schema, operation.variable_definitions or ())
        # Not the program itself: what is kept must not keep it.
        self._number = next(NUMBERS)

    def bind(self, given: Mapping[str, Any] | None) -> "Bound":
        """The program with variables. Raises NotCompiledError where graphql-core must answer."""
        variables = self._variables.coerced(given)
        if not isinstance(variables, VariableValues):
            raise NotCompiledError("variables")
        remainder = Remainder(self._schema, self._operation, self._fragments, given)
        return Bound(self._compiled_for(variables), variables, remainder)

    def _compiled_for(self, variables: VariableValues) -> Compiled:
        booleans = tuple(variables.coerced.get(name) for name in self._conditions)
        if not all(isinstance(each, bool) for each in booleans):
            raise NotCompiledError("variables")
        key = (self._number, booleans)
        if (found := COMPILED.get(key)) is None:
            found, weight = self._compile(dict(zip(self._conditions, booleans, strict=True)))
            COMPILED.put(key, found, weight)
        if isinstance(found, str):
            raise NotCompiledError(found)
        return found

    def _compile(self, booleans: dict[str, Any]) -> tuple[Compiled | str, int]:
        """The columns, or why there are none; and what that weighs."""
        compiler = Compiler(Selector(self._schema, self._fragments, booleans))
        root = self._schema.get_root_type(self._operation.operation)
        if root is None or self._operation.operation is OperationType.SUBSCRIPTION:
            return self._operation.operation.value, 1_000
        try:
            nodes = compiler.fields(root, self._operation.selection_set)
            selection = Selection({name: compiler.column(root, each) for name, each in nodes.items()})
        except NotCompiledError as why:
            return str(why), 1_000
        # The nodes keep the document.
        place = self._operation.loc
        weight = OF_A_COLUMN * compiler.columns + 50 * (len(place.source.body) if place else 0)
        return Compiled(nodes, selection), weight


@dataclass(frozen=True)
class Bound:
    """A program with its variables, which only has to be run.

    It has no errors of its own: where anything fails, graphql-core runs what is left. `afresh` gives it a context
    in which nothing has been read.
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

    async def run(self, context: Any, afresh: Callable[[], Any]) -> ExecutionResult:
        """Run the operation."""
        run = Run(context, self.variables)
        if not self.is_query:
            return await self._in_turn(run, afresh)
        try:
            rows = await self.compiled.selection.complete([None], run)
        except Exception:  # noqa: BLE001 - what it was, graphql-core tells: reading once more changes nothing
            return await self.remainder.run(afresh(), list(self.compiled.nodes.items()))
        return ExecutionResult(rows[0], None)

    async def _in_turn(self, run: Run, afresh: Callable[[], Any]) -> ExecutionResult:
        """Run root fields one after another. None is called twice."""
        data: dict[str, Any] = {}
        for name, column in self.compiled.selection.columns.items():
            outcome = await outcome_of(column, run)
            try:
                cells = await column.shape.complete([outcome.again()], run)
            except Exception:  # noqa: BLE001 - as above, but the field has been called
                left = [each for each in self.compiled.nodes.items() if each[0] not in data]
                rest = await self.remainder.run(afresh(), left, outcome)
                return ExecutionResult(None if rest.data is None else data | rest.data, rest.errors)
            data[name] = cells[0]
        return ExecutionResult(data, None)


async def outcome_of(column: Column, run: Run) -> Outcome:
    """What comes of calling a root field, which may be an exception."""
    try:
        return Outcome((await column.reader.values([None], run))[0])
    except Exception as error:  # noqa: BLE001 - kept, to be raised where it is told
        return Outcome(error=error)
