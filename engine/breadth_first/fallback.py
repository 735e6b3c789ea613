"""What graphql-core takes over of an operation that has begun: where something failed, it finds out how."""

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
    """What a resolver has answered or raised."""

    value: Any = None
    error: Exception | None = None

    def again(self) -> Any:
        """Answer or raise the same."""
        if self.error is not None:
            raise self.error
        return self.value


@dataclass(frozen=True)
class Remainder:
    """Has graphql-core execute root fields of an operation."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any] | None

    async def run(
        self, context: Any, fields: Sequence[tuple[str, list[FieldNode]]], came_out: Outcome | None = None
    ) -> ExecutionResult:
        """The result of some root fields. Where the first came out already, it is not called again."""
        selected = SelectionSetNode(selections=tuple(node for _, nodes in fields for node in nodes))
        operation = replace(self.operation, selection_set=selected)
        result: Any = execute(
            self.schema,
            DocumentNode(definitions=(operation, *self.fragments.values())),
            context_value=context,
            variable_values=dict(self.variables or {}),
            middleware=[_remembering(fields[0][0], came_out)] if came_out else None,
        )
        return await result if isawaitable(result) else result


def _remembering(name: str, outcome: Outcome) -> Callable[..., Any]:
    """What stands before all resolvers, and answers in place of one root field's."""

    def resolve(resolver: Callable[..., Any], source: Any, info: Any, **arguments: Any) -> Any:
        if info.path.prev is None and info.path.key == name:
            return outcome.again()
        return resolver(source, info, **arguments)

    return resolve
