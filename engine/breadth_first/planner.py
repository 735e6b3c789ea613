"""Planning the execution of selection sets."""

from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLString,
    SelectionSetNode,
    is_leaf_type,
    is_object_type,
)

from engine.breadth_first.completion import (
    AbstractTypeCompleter,
    Completer,
    EnumCompleter,
    ObjectCompleter,
    ScalarCompleter,
    class_of,
    completer_of,
)
from engine.breadth_first.errors import NotCompiledError
from engine.breadth_first.fields import (
    AttributeField,
    ConstantField,
    ExecutionField,
    ExecutionScope,
    FieldReader,
)
from engine.breadth_first.resolvers import resolver_field
from engine.collect_fields import Selector

# Values of these classes need no serialization, by scalar.
UNCHANGED: dict[str, frozenset[type]] = {
    "String": frozenset({str}),
    "ID": frozenset({str}),
    "Boolean": frozenset({bool}),
}

# To compile more takes longer than graphql-core takes to run it once.
MOST_FIELDS = 2_000


class ExecutionPlanner:
    """Plans selection sets for known values of @skip and @include. `field_count` counts the fields planned."""

    def __init__(self, selector: Selector) -> None:
        self._selector = selector
        self.field_count = 0

    def fields(self, parent: GraphQLObjectType, *sets: SelectionSetNode | None) -> dict[str, list[FieldNode]]:
        """The nodes of the fields that are selected of a type, by response key."""
        return self._selector.fields(parent, *sets)

    def scope(self, parent: GraphQLObjectType, nodes: dict[str, list[FieldNode]]) -> ExecutionScope:
        """The scope with these fields of a type. Raises NotCompiledError."""
        return ExecutionScope({key: self._field(parent, each) for key, each in nodes.items()})

    def _field(self, parent: GraphQLObjectType, nodes: list[FieldNode]) -> ExecutionField:
        self.field_count += 1
        if self.field_count > MOST_FIELDS:
            raise NotCompiledError("size")
        name = nodes[0].name.value
        if name == "__typename":
            return ExecutionField(ConstantField(parent.name), ScalarCompleter(GraphQLString, UNCHANGED["String"]))
        if name not in parent.fields:
            raise NotCompiledError(name)
        field = parent.fields[name]
        completer = completer_of(field.type, lambda type_: self._completer(type_, nodes))
        return ExecutionField(self._reader(field, nodes[0]), completer)

    def _reader(self, field: GraphQLField, node: FieldNode) -> FieldReader:
        definition = field.extensions["strawberry-definition"]
        if definition.is_basic_field:
            return AttributeField(definition.python_name)
        return resolver_field(self._selector.schema, field, node)

    def _completer(self, type_: Any, nodes: list[FieldNode]) -> Completer:
        if isinstance(type_, GraphQLEnumType):
            return EnumCompleter(type_, _names(type_))
        if is_leaf_type(type_):
            return ScalarCompleter(type_, UNCHANGED.get(type_.name, frozenset()))
        if is_object_type(type_):
            return self._object_completer(type_, nodes)
        possible = self._selector.schema.get_possible_types(type_)
        return AbstractTypeCompleter({_unique_class(each): self._object_completer(each, nodes) for each in possible})

    def _object_completer(self, type_: GraphQLObjectType, nodes: list[FieldNode]) -> Completer:
        fields = self.fields(type_, *(node.selection_set for node in nodes))
        return ObjectCompleter(type_, self.scope(type_, fields))


def _names(type_: Any) -> dict[Any, str]:
    """The names of an enum's values."""
    return {type_.wrapped_cls(each.value): name for name, each in type_.values.items()}


def _unique_class(type_: GraphQLObjectType) -> type:
    """The class of a type's objects. Raises NotCompiledError where other types share it: generic ones do."""
    if type_.extensions["strawberry-definition"].concrete_of:
        raise NotCompiledError(type_.name)
    return class_of(type_)
