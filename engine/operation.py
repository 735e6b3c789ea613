"""An operation of a good document, compiled once for each choice that its conditions make."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from itertools import count
from typing import Any, ClassVar, Generic, TypeVar

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.values import VariableValues, get_variable_values

from engine.collect_fields import Selector
from engine.lru import WeightedLRU

Found = TypeVar("Found")

NUMBERS = count()
# What it weighs that there is nothing, and why.
OF_A_REASON = 1_000
# Bytes that the nodes of a document take for each of its tokens, as measured.
OF_A_TOKEN = 500


def document_weight(document: DocumentNode) -> int:
    """The bytes that a document takes."""
    return OF_A_TOKEN * document.token_count


class Operation(ABC, Generic[Found]):
    """One operation. What it is compiled to, or why it is not, is `kept`; `refusal` is raised with the reason."""

    kept: ClassVar[WeightedLRU[Any]]
    refusal: ClassVar[type[Exception]]

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode) -> None:
        self._schema = schema
        self._node = node
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._conditions = _variables_of_conditions(document)
        # What is compiled holds nodes, and so the document, whoever else has forgotten it.
        self._weight = document_weight(document)
        # Not the operation itself: what is kept must not keep it.
        self._number = next(NUMBERS)

    @abstractmethod
    def _compile(self, selector: Selector, *more: Hashable) -> tuple[Found, int]:
        """What it is compiled to, and what that weighs. Raises `refusal`."""

    def _coerced(self, given: Mapping[str, Any] | None) -> VariableValues:
        """The values of its variables. Raises `refusal` where they do not fit."""
        # Of a list of wrong items, finding out what is wrong with each would take seconds.
        coerced = get_variable_values(
            self._schema, self._node.variable_definitions or (), dict(given or {}), max_errors=1
        )
        if not isinstance(coerced, VariableValues):
            raise self.refusal("variables")
        return coerced

    def _compiled_for(self, variables: VariableValues, *more: Hashable) -> Found:
        """What it is compiled to for these values, and whatever else it depends on. Raises `refusal`."""
        booleans = tuple(variables.coerced.get(name) for name in self._conditions)
        if not all(isinstance(each, bool) for each in booleans):
            raise self.refusal("variables")
        key = (self._number, booleans, *more)
        found: Any = self.kept.get(key)
        if found is None:
            found, weight = self._found(dict(zip(self._conditions, booleans, strict=True)), *more)
            self.kept.put(key, found, weight)
        if isinstance(found, str):
            raise self.refusal(found)
        return found

    def _found(self, booleans: dict[str, Any], *more: Hashable) -> tuple[Found | str, int]:
        try:
            return self._compile(Selector(self._schema, self._fragments, booleans), *more)
        except self.refusal as why:
            return str(why), OF_A_REASON


def _variables_of_conditions(document: DocumentNode) -> tuple[str, ...]:
    """The variables that @skip and @include look at, in a fixed order."""
    finder = _Conditions()
    visit(document, finder)
    return tuple(sorted(finder.names))


class _Conditions(Visitor):
    """Finds the variables that @skip and @include look at."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: Any, *_args: Any) -> None:
        """Look at one directive."""
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)
