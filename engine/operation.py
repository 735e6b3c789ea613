"""An operation of a good document, compiled once for each combination of @skip and @include."""

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

Compiled = TypeVar("Compiled")

NUMBERS = count()
# The weight of a refusal.
REFUSAL_WEIGHT = 1_000
# Bytes of a document's nodes for each of its tokens, as measured.
BYTES_OF_A_TOKEN = 500


def document_weight(document: DocumentNode) -> int:
    """The bytes that a document takes."""
    return BYTES_OF_A_TOKEN * document.token_count


class Operation(ABC, Generic[Compiled]):
    """One operation. Its compiled forms, and refusals to compile it, are in `cache`; `refusal` is the exception."""

    cache: ClassVar[WeightedLRU[Any]]
    refusal: ClassVar[type[Exception]]

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode) -> None:
        self._schema = schema
        self._node = node
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._conditions = _variables_of_conditions(document)
        # A compiled form holds nodes, and with them the document.
        self._weight = document_weight(document)
        # The key in the cache: the operation itself would be kept alive by it.
        self._number = next(NUMBERS)

    @abstractmethod
    def _compile(self, selector: Selector, *more: Hashable) -> tuple[Compiled, int]:
        """The compiled form, and its weight. Raises `refusal`."""

    def _coerced(self, given: Mapping[str, Any] | None) -> VariableValues:
        """The values of its variables. Raises `refusal` where they do not fit."""
        # Of a list of wrong items, finding out what is wrong with each would take seconds.
        coerced = get_variable_values(
            self._schema, self._node.variable_definitions or (), dict(given or {}), max_errors=1
        )
        if not isinstance(coerced, VariableValues):
            raise self.refusal("variables")
        return coerced

    def _compiled_for(self, variables: VariableValues, *more: Hashable) -> Compiled:
        """The compiled form for these values, and for all else that it depends on. Raises `refusal`."""
        booleans = tuple(variables.coerced.get(name) for name in self._conditions)
        if not all(isinstance(each, bool) for each in booleans):
            raise self.refusal("variables")
        key = (self._number, booleans, *more)
        found: Any = self.cache.get(key)
        if found is None:
            found, weight = self._found(dict(zip(self._conditions, booleans, strict=True)), *more)
            self.cache.put(key, found, weight)
        if isinstance(found, str):
            raise self.refusal(found)
        return found

    def _found(self, booleans: dict[str, Any], *more: Hashable) -> tuple[Compiled | str, int]:
        try:
            return self._compile(Selector(self._schema, self._fragments, booleans), *more)
        except self.refusal as why:
            return str(why), REFUSAL_WEIGHT


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
