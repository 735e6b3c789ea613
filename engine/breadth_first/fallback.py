"""Handing root fields of an operation over to graphql-core, which reports the errors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import isawaitable
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute,
)


@dataclass(frozen=True)
class Outcome:
    """The value that a resolver returned, or the exception that it raised."""

    value: Any = None
    error: Exception | None = None

    def replay(self) -> Any:
        """Return the value, or raise the exception."""
        if self.error is not None:
            raise self.error
        return self.value


@dataclass(frozen=True)
class GraphQLCoreFallback:
    """Executes root fields of an operation with graphql-core."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any] | None

    async def run(
        self, context: Any, fields: Sequence[tuple[str, list[FieldNode]]], outcome: Outcome | None = None
    ) -> ExecutionResult:
        """The result of some root fields. The resolver of the first is not called again if it has an `outcome`."""
        selected = SelectionSetNode(selections=tuple(node for _, nodes in fields for node in nodes))
        operation = replace(self.operation, selection_set=selected)
        result: Any = execute(
            self.schema,
            DocumentNode(definitions=(operation, *self.fragments.values())),
            context_value=context,
            variable_values=dict(self.variables or {}),
            middleware=[_replaying(fields[0][0], outcome)] if outcome else None,
        )
        return await result if isawaitable(result) else result


def _replaying(key: str, outcome: Outcome) -> Callable[..., Any]:
    """graphql-core middleware that replays the outcome of one root field in place of calling its resolver."""

    def resolve(resolver: Callable[..., Any], source: Any, info: Any, **arguments: Any) -> Any:
        if info.path.prev is None and info.path.key == key:
            return outcome.replay()
        return resolver(source, info, **arguments)

    return resolve
